import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MIGRATIONS_DIR } from '../../../src/database/schema-engine.ts'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'
import { findProblems, readVersions } from '../../setup/integrity.ts'
import { insertDays, insertUser } from '../../setup/rows.ts'
import { openSession } from '../../setup/session.ts'

const MIGRATION = '20261128020000_transaction_versions'

/** The database as it was before. */
const BEFORE = `
  DROP FUNCTION transactions_after_insert, version_transactions, version_before_truncate, move_transaction, link_versions,
    protect_versions, forget_versions, user_integrity, version_digest CASCADE;
  DROP TABLE transaction_versions, chain_links, chain_heads;
  ALTER TABLE transactions DROP COLUMN actor_id`

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

it('gives each existing transaction a version, and each user a chain that goes on', async () => {
  const session = await openSession(database.url)
  await session.query(BEFORE)
  const users = [await insertUser(database), await insertUser(database), await insertUser(database)]
  const [first = 0, second = 0, none = 0] = users
  await insertDays(database, first, 3, 'request-1')
  await insertDays(database, second, 1)
  await session.query(
    (await readFile(join(MIGRATIONS_DIR, MIGRATION, 'migration.sql'), 'utf8')).trim(),
  )
  await session.close()
  expect(await readVersions(database, first)).toEqual(
    Array.from({ length: 3 }, () => ({
      transaction_id: expect.any(Number),
      change: 'created',
      actor_id: null,
      request_id: 'request-1',
      amount: '1',
    })),
  )
  expect([
    (await readVersions(database, second)).length,
    (await readVersions(database, none)).length,
  ]).toEqual([1, 0])
  for (const id of users) await insertDays(database, id, 1)
  await database.query('DELETE FROM outbox')
  const problems = await findProblems(database)
  expect(problems.filter(({ kind }) => kind !== 'statistics_wrong')).toEqual([])
  expect(await readVersions(database, first)).toHaveLength(4)
})
