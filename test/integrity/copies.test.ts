import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import { findProblems } from '../setup/integrity.ts'
import { insertDays, insertUser } from '../setup/rows.ts'
import { openSession } from '../setup/session.ts'

let database: TestDatabase
let copy: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  copy = await createTestDatabase()
  for (let index = 0; index < 2; index += 1) {
    const user = await insertUser(database)
    await insertDays(database, user, 3, 'request 1')
    await database.query(
      `UPDATE transactions SET description = 'Füße, "quoted" \\ ' WHERE user_id = $1`,
      [user],
    )
    await database.query(
      `DELETE FROM transactions WHERE user_id = $1 AND transaction_date < '2020-01-02'`,
      [user],
    )
    await database.query('SELECT recompute_statistics($1)', [user])
  }
})
afterAll(async () => {
  await copy.drop()
  await database.drop()
})

it('the past fits whatever the settings of a session', async () => {
  const session = await openSession(database.url)
  for (const setting of [
    `TimeZone = 'Asia/Kolkata'`,
    `DateStyle = 'German'`,
    'extra_float_digits = -15',
    `bytea_output = 'escape'`,
    `lc_numeric = 'C'`,
    `IntervalStyle = 'sql_standard'`,
  ]) {
    await session.query(`SET ${setting}`)
  }
  const rows = await session.query(
    'SELECT checked.* FROM users CROSS JOIN LATERAL user_integrity(users.id) AS checked',
  )
  await session.close()
  expect(rows).toHaveLength(2)
  for (const { problems } of rows) expect(problems).toEqual([])
})

it('the past of a restored database fits, and goes on', async () => {
  const session = await openSession(copy.superuserUrl)
  await session.query('SET session_replication_role = replica')
  const tables = [
    ...['users', 'transactions', 'transaction_versions', 'chain_links', 'chain_heads'],
    ...['daily_statistics', 'monthly_statistics', 'user_statistics', 'statistics_versions'],
  ]
  for (const table of tables) {
    const rows = await database.query<{ line: string }>(`SELECT t::text AS line FROM ${table} AS t`)
    for (const { line } of rows) {
      await session.query(`INSERT INTO ${table} SELECT ($1::${table}).*`, [line])
    }
  }
  for (const table of ['users', 'transactions', 'transaction_versions']) {
    await session.query(`SELECT setval('${table}_id_seq', max(id)) FROM ${table}`)
  }
  await session.close()
  expect(await findProblems(copy)).toEqual([])
  const [user] = await copy.query<{ id: number }>('SELECT min(id)::int AS id FROM users')
  await insertDays(copy, user?.id ?? 0, 1)
  await copy.query('SELECT recompute_statistics($1)', [user?.id])
  expect(await findProblems(copy)).toEqual([])
  const links = await copy.query<{ count: number }>(
    'SELECT count(*)::int FROM chain_links GROUP BY user_id ORDER BY user_id',
  )
  expect(links.map(({ count }) => count)).toEqual([4, 3])
})
