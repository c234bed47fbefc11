import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { migrate } from '../../src/database/migrate.ts'
import { areApplied, readMigrationRows } from '../../src/database/migration-rows.ts'
import { openSchemaEngine, readMigrations, SCHEMA_FILE } from '../../src/database/schema-engine.ts'
import { StartupError } from '../../src/errors.ts'
import { queryOnce } from '../setup/figures.ts'

const created: string[] = []
let server: string

const urlOf = (name: string) => {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function createEmptyDatabase(): Promise<string> {
  const name = `empty_${randomBytes(8).toString('hex')}`
  await queryOnce(urlOf('postgres'), `CREATE DATABASE ${name}`)
  created.push(name)
  return urlOf(name)
}

beforeAll(() => {
  server = inject('serverUrl')
})
afterAll(async () => {
  for (const name of created) {
    // Only a superuser may end an autovacuum that is at work in it.
    await queryOnce(inject('superuserUrl'), `DROP DATABASE ${name} WITH (FORCE)`)
  }
})

const applied = (url: string) =>
  queryOnce<{ name: string; steps: number; finished: boolean }>(
    url,
    `SELECT migration_name AS name, applied_steps_count AS steps, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations ORDER BY migration_name`,
  )

/** Everything in the public schema that both the schema file and the migrations define. */
const SHAPE = `
  SELECT 'column' AS kind, table_name AS of, column_name AS name,
    concat_ws(' ', udt_name, character_maximum_length, numeric_precision, numeric_scale,
      datetime_precision, is_nullable, column_default) AS detail
  FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL
  SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL
  SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'enum', typname, enumlabel, enumsortorder::text
  FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
  WHERE typnamespace = 'public'::regnamespace
  ORDER BY 1, 2, 3`

describe('migrate', () => {
  it('applies every migration exactly once', async () => {
    const url = await createEmptyDatabase()
    const { migrationDirectories } = await readMigrations()
    const names = migrationDirectories.map(({ path }) => path)
    expect(names.length).toBeGreaterThan(0)
    expect(await migrate(url)).toEqual(names)
    expect(await migrate(url)).toEqual([])
    expect(await applied(url)).toEqual(names.map((name) => ({ name, steps: 1, finished: true })))
  })

  it('applies a migration that is missing from an otherwise complete database', async () => {
    const url = await createEmptyDatabase()
    await migrate(url)
    const { migrationDirectories } = await readMigrations()
    const name = migrationDirectories.find(({ path }) => path.endsWith('_count_transactions'))?.path
    await queryOnce(url, `DELETE FROM _prisma_migrations WHERE migration_name = '${name}'`)
    // The column that it adds is there already, so applying it once more fails.
    await expect(migrate(url)).rejects.toThrow(name)
    await expect(migrate(url)).rejects.toThrow(/^A migration of the database has failed before/)
  })

  it.each([
    { what: 'does nothing', kind: 'has all', change: 'checksum = checksum' },
    { what: 'asks the engine', kind: 'had other scripts', change: `checksum = repeat('0', 64)` },
    { what: 'asks the engine', kind: 'rolled them back', change: 'rolled_back_at = now()' },
  ])('$what where a database $kind', async ({ what, change }) => {
    const url = await createEmptyDatabase()
    await migrate(url)
    await queryOnce(url, `UPDATE _prisma_migrations SET ${change}`)
    const session = new pg.Client({ connectionString: url })
    await session.connect()
    const rows = await readMigrationRows(session)
    await session.end()
    expect(areApplied(rows, await readMigrations())).toBe(what === 'does nothing')
  })

  it('reports an unreachable database in one sentence, without the password', async () => {
    const failing = migrate('postgres://user:hunter2@127.0.0.1:1/passbook')
    await expect(failing).rejects.toThrow(StartupError)
    await expect(failing).rejects.toThrow(
      /^The database cannot be reached .+DATABASE_URL is right\.$/,
    )
    await expect(failing).rejects.not.toThrow(/hunter2/)
  })

  it('reports a refused password in one sentence', async () => {
    const url = new URL(urlOf('postgres'))
    url.password = 'hunter2'
    await expect(migrate(url.href)).rejects.toThrow(StartupError)
  })

  it('reports an earlier failed migration in one sentence, and changes nothing', async () => {
    const url = await createEmptyDatabase()
    await migrate(url)
    await queryOnce(url, `UPDATE _prisma_migrations SET finished_at = NULL, logs = 'it broke'`)
    const before = await queryOnce(url, SHAPE)
    const failing = migrate(url)
    await expect(failing).rejects.toThrow(StartupError)
    await expect(failing).rejects.toThrow(/^A migration of the database has failed before/)
    expect(await queryOnce(url, SHAPE)).toEqual(before)
  })
})

describe('a database older than the baseline', () => {
  it('is refused with a sentence that says what to do, and not changed', async () => {
    const url = await createEmptyDatabase()
    await migrate(url)
    await queryOnce(url, `UPDATE _prisma_migrations SET migration_name = '20261120000000_tables'`)
    const state = () => Promise.all([queryOnce(url, SHAPE), applied(url)])
    const before = await state()
    const failing = migrate(url)
    await expect(failing).rejects.toThrow(StartupError)
    await expect(failing).rejects.toThrow(
      /^A pre-release Passbook .+ DATA_DIR .+ DATABASE_URL [^.]+\.$/,
    )
    expect(await state()).toEqual(before)
  })
})

describe('schema.prisma', () => {
  /** Creates a database from the schema file alone. */
  async function createFromSchemaFile(): Promise<string> {
    const url = await createEmptyDatabase()
    const pool = new pg.Pool({ connectionString: url })
    const engine = await openSchemaEngine(pool)
    const files = [{ path: SCHEMA_FILE, content: await readFile(SCHEMA_FILE, 'utf8') }]
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    } as never)
    engine.free()
    await pool.query(stdout ?? '')
    await pool.end()
    return url
  }

  it('and the migrations make the same tables', async () => {
    const migrated = await createEmptyDatabase()
    await migrate(migrated)
    const [expected, found] = await Promise.all([
      queryOnce(await createFromSchemaFile(), SHAPE),
      queryOnce(migrated, SHAPE),
    ])
    /** What Prisma's schema language cannot express, and Prisma's own table. */
    const onlyMigrated = ({ kind, of, detail }: pg.QueryResultRow) =>
      of === '_prisma_migrations' ||
      (kind === 'constraint' && /^(CHECK|TRIGGER)/.test(detail)) ||
      (kind === 'index' && / (WHERE|INCLUDE|COLLATE) /.test(detail))
    expect(expected.length).toBeGreaterThan(50)
    expect(found.filter((row) => !onlyMigrated(row))).toEqual(expected)
  })
})
