import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'

/** The tables that may one day be sharded by user. */
const LEDGER = [
  'transactions',
  'outbox',
  'daily_statistics',
  'monthly_statistics',
  'user_statistics',
  'statistics_versions',
  'pending_events',
  'events',
  'credit_scores',
  'credit_score_history',
  'alerts',
  'transaction_versions',
  'chain_links',
  'chain_heads',
  'webhook_deliveries',
  'webhook_attempts',
  'webhook_lanes',
]
/** Functions that no setting changes: they may stand in ON CONFLICT. */
const IMMUTABLE = ['greatest', 'least', 'sha256']
/** Functions with statements that read both, as listed in ARCHITECTURE.md. */
const EXCEPTIONS = ['outbox_after_delete', 'outbox_after_truncate']

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

let database: TestDatabase
let directory: readonly string[]

beforeAll(async () => {
  database = await createTestDatabase()
  const tables = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  )
  const names = tables.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(LEDGER))
  directory = names.filter((name) => !LEDGER.includes(name))
})
afterAll(() => database.drop())

describe('the tables of the ledger', () => {
  it('have the user in every unique index', async () => {
    const unique = await database.query<{ columns: readonly string[] }>(
      `SELECT indrelid::regclass::text AS table, ARRAY(
         SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey)) AS columns
       FROM pg_index WHERE indisunique AND indrelid = ANY ($1::regclass[])`,
      [LEDGER],
    )
    expect(unique.length).toBeGreaterThan(LEDGER.length)
    expect(unique.filter(({ columns }) => !columns.includes('user_id'))).toEqual([])
  })

  it('have no columns of a custom type', async () => {
    const columns = await database.query(
      `SELECT attrelid::regclass::text AS table, attname FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
       WHERE attrelid = ANY ($1::regclass[]) AND typnamespace = 'public'::regnamespace`,
      [LEDGER],
    )
    expect(columns).toEqual([])
  })

  it('have foreign keys only to users and to deliveries of the same user, without ON UPDATE actions', async () => {
    const keys = await database.query<{ updated: string; target: string }>(
      `SELECT confupdtype AS updated, confrelid::regclass::text AS target FROM pg_constraint
       WHERE contype = 'f' AND conrelid = ANY ($1::regclass[])`,
      [LEDGER],
    )
    expect(keys.length).toBeGreaterThan(0)
    for (const { updated, target } of keys) {
      expect(updated).toBe('a')
      expect(['users', 'webhook_deliveries']).toContain(target)
    }
  })

  it('accept only known transaction types', async () => {
    await database.query(`INSERT INTO users (id, name, name_index) VALUES (1, '', '')`)
    const insert = (type: string) =>
      database.query(
        `INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
         VALUES (1, '', now(), 1, $1, 'USD')`,
        [type],
      )
    for (const type of ['credit', 'debit']) await insert(type)
    for (const type of ['Credit', 'other', '']) {
      await expect(insert(type)).rejects.toThrow(/transactions_type_check/)
    }
  })
})

/** The tables that a statement names after FROM, JOIN and the like. */
function tablesOf(statement: string): readonly string[] {
  const named = [...statement.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE|USING|TRUNCATE)\s+"?(\w+)/gi)]
  return named.map(([, name]) => name as string)
}

const readsBoth = (statement: string): boolean => {
  const tables = tablesOf(statement)
  return (
    tables.some((name) => LEDGER.includes(name)) && tables.some((name) => directory.includes(name))
  )
}

async function filesBelow(folder: string, extension: string): Promise<readonly string[]> {
  const entries = await readdir(root(folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name))
}

describe('a statement reads the ledger or the directory', () => {
  it('is recognised by the check itself', () => {
    expect(readsBoth('SELECT FROM users WHERE id = 1')).toBe(false)
    expect(readsBoth('SELECT FROM outbox WHERE user_id = 1')).toBe(false)
    expect(readsBoth('SELECT FROM users LEFT JOIN outbox ON true')).toBe(true)
    expect(readsBoth('DELETE FROM "outbox" WHERE EXISTS (SELECT FROM "users")')).toBe(true)
  })

  it('in the service', async () => {
    const files = await filesBelow('src', '.ts')
    const statements: string[] = []
    for (const file of files) {
      if (file.includes('/generated/')) continue
      const text = await readFile(file, 'utf8')
      statements.push(
        ...[...text.matchAll(/`([^`]*\b(?:SELECT|INSERT|UPDATE|DELETE)\b[^`]*)`/g)].map(
          ([, sql]) => sql as string,
        ),
      )
    }
    expect(statements.length).toBeGreaterThan(50)
    expect(statements.filter(readsBoth)).toEqual([])
  })

  it('in database functions, except those listed in ARCHITECTURE.md', async () => {
    const listed = await readFile(root('ARCHITECTURE.md'), 'utf8')
    const reading: string[] = []
    for (const file of await filesBelow('prisma/functions', '.sql')) {
      const [, body = ''] = (await readFile(file, 'utf8')).split('$$')
      if (body.split(';').some(readsBoth)) reading.push(/(\w+)\.sql$/.exec(file)?.[1] ?? file)
    }
    expect(reading.sort()).toEqual(EXCEPTIONS)
    for (const name of EXCEPTIONS) expect(listed).toContain(`\`${name}\``)
  })

  it('and its ON CONFLICT clause calls no function but immutable ones', async () => {
    for (const file of await filesBelow('prisma/functions', '.sql')) {
      const text = await readFile(file, 'utf8')
      for (const [, changes = ''] of text.matchAll(
        /ON CONFLICT[^;]*?DO UPDATE SET([^;]*?)(?:RETURNING|;)/g,
      )) {
        const calls = [...changes.matchAll(/\b(\w+)\s*\(/g)].map(([, name]) => name)
        expect([file, calls.filter((name) => !IMMUTABLE.includes(name as string))]).toEqual([
          file,
          [],
        ])
      }
    }
  })
})
