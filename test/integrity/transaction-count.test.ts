import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import { insertDays, insertUser } from '../setup/rows.ts'

let database: TestDatabase
let users: readonly [number, number]

beforeAll(async () => {
  database = await createTestDatabase()
  users = [await insertUser(database), await insertUser(database)]
  for (const id of users) await insertDays(database, id, 3)
})
afterAll(() => database.drop())

/** What the heads of chains say, and what a count of all transactions says. */
async function counts() {
  const read = (text: string) =>
    database.query<{ transactions: number }>(`${text} WHERE user_id = ANY ($1) GROUP BY 1`, [users])
  const kept = await read('SELECT user_id, max(transactions)::int AS transactions FROM chain_heads')
  const found = await read('SELECT user_id, count(*)::int AS transactions FROM transactions')
  const sum = (rows: readonly { readonly transactions: number }[]) =>
    rows.map(({ transactions }) => transactions).filter((count) => count > 0)
  return { kept: sum(kept), found: sum(found) }
}

it.each([
  ['what was inserted', 'SELECT 1', [], [3, 3]],
  ['an update', 'UPDATE transactions SET transaction_amount = 7', [], [3, 3]],
  [
    'an update that moves one to another user',
    'UPDATE transactions SET user_id = $2 WHERE id = (SELECT min(id) FROM transactions WHERE user_id = $1)',
    [0, 1],
    [2, 4],
  ],
  [
    'a deletion',
    'DELETE FROM transactions WHERE id = (SELECT max(id) FROM transactions)',
    [],
    [2, 3],
  ],
  ['the deletion of all of a user', 'DELETE FROM transactions WHERE user_id = $1', [0], [3]],
  ['a TRUNCATE', 'TRUNCATE transactions', [], []],
] as const)('is exact after %s', async (_, statement, named, expected) => {
  await database.query(
    statement,
    named.map((index) => users[index]),
  )
  expect(await counts()).toEqual({ kept: expected, found: expected })
})
