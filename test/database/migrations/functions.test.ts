import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'
import { openSession } from '../../setup/session.ts'

const FOLDER = fileURLToPath(new URL('../../../prisma/functions', import.meta.url))

/** Our functions and their triggers, as PostgreSQL prints them. */
const DEFINITIONS = `
  SELECT proname AS name, pg_get_functiondef(oid) AS definition,
    ARRAY(SELECT pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger WHERE tgfoid = pg_proc.oid ORDER BY 1) AS triggers
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2`

interface Definition {
  readonly name: string
  readonly definition: string
  readonly triggers: readonly string[]
}

let database: TestDatabase
/** The file of each function, by its name. */
let files: ReadonlyMap<string, string>
let names: readonly string[]

beforeAll(async () => {
  database = await createTestDatabase()
  const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  expect(paths.filter((path) => !path.endsWith('.sql'))).toEqual([])
  files = new Map(paths.map((path) => [basename(path, '.sql'), path]))
  names = [...files.keys()].sort()
})
afterAll(() => database.drop())

describe('prisma/functions', () => {
  it('has exactly one file per function of a migrated database', async () => {
    const found = await database.query<Definition>(DEFINITIONS)
    expect(found.map(({ name }) => name)).toEqual(names)
  })

  it('creates the same functions and triggers as the migrations', async () => {
    const migrated = await database.query<Definition>(DEFINITIONS)
    const session = await openSession(database.url)
    try {
      await session.query('BEGIN')
      // Allows functions to refer to later ones.
      await session.query('SET LOCAL check_function_bodies = off')
      for (const name of names) await session.query(`DROP FUNCTION "${name}" CASCADE`)
      expect(await session.query(DEFINITIONS)).toEqual([])
      for (const path of files.values()) await session.query(await readFile(path, 'utf8'))
      expect(await session.query(DEFINITIONS)).toEqual(migrated)
    } finally {
      await session.close()
    }
  })
})
