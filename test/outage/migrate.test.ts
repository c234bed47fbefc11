import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { isDatabaseAway } from '../../src/database/errors.ts'
import { migrate } from '../../src/database/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import { openSession } from '../setup/session.ts'

/** What takes turns on migrations. */
const MIGRATION_LOCK = 7_262_665

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

it('loses its connection between two questions without ending the process', async () => {
  const other = await openSession(database.url)
  try {
    await other.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`)
    const failure = migrate(database.url).catch((error: unknown) => error)
    await vi.waitFor(async () => {
      const ended = await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND state = 'idle' AND query LIKE '%pg_try_advisory_lock%'
           AND pid <> pg_backend_pid()`,
      )
      expect(ended).toHaveLength(1)
    })
    expect(isDatabaseAway(await failure)).toBe(true)
  } finally {
    await other.close()
  }
})
