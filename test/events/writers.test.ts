import { afterAll, beforeAll, expect, it } from 'vitest'
import { queryOnce } from '../setup/figures.ts'
import { readLedger, readStatistics } from '../setup/ledger.ts'
import { insertDays, insertUser } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService({ worker: true })
})
afterAll(() => service.close())

const COLUMNS =
  'user_id, full_name, transaction_date, transaction_amount, transaction_type, currency'

/** Statements of writers that bypass Passbook. `$1` is a user with three days, `$2` one without. */
const WRITERS: readonly (readonly [string, string])[] = [
  [
    'INSERT',
    `INSERT INTO transactions (${COLUMNS}) VALUES
      ($2, '', '2026-03-01T23:59:59.999Z', 0.01, 'debit', 'USD'),
      ($2, '', '2026-03-02T00:00:00Z', 12.5, 'credit', 'JPY'),
      ($1, '', '2020-01-01T00:00:00Z', 7, 'debit', 'USD')`,
  ],
  ['UPDATE of the amount', 'UPDATE transactions SET transaction_amount = 3 WHERE user_id = $1'],
  ['UPDATE of the currency', `UPDATE transactions SET currency = 'EUR' WHERE user_id = $1`],
  ['UPDATE of the type', `UPDATE transactions SET transaction_type = 'debit' WHERE user_id = $1`],
  [
    'UPDATE of the date',
    `UPDATE transactions SET transaction_date = transaction_date + interval '1 day' WHERE user_id = $1`,
  ],
  ['UPDATE of the user', 'UPDATE transactions SET user_id = $2 WHERE user_id = $1'],
  [
    'DELETE of some',
    `DELETE FROM transactions WHERE user_id = $1 AND transaction_date < '2020-01-02'`,
  ],
  ['DELETE of all', 'DELETE FROM transactions WHERE user_id = $1'],
  ['TRUNCATE', 'TRUNCATE transactions'],
  [
    'MERGE',
    `MERGE INTO transactions USING (VALUES ($1::bigint), ($2::bigint)) AS source (id)
       ON transactions.user_id = source.id
       WHEN MATCHED THEN UPDATE SET transaction_amount = 9
       WHEN NOT MATCHED THEN
         INSERT (${COLUMNS}) VALUES (source.id, '', '2026-01-01T00:00Z', 1, 'credit', 'USD')`,
  ],
  [
    'a statement that writes twice',
    `WITH removed AS (DELETE FROM transactions WHERE user_id = $1 RETURNING transaction_date)
     INSERT INTO transactions (${COLUMNS})
     SELECT $2, '', transaction_date, 5, 'debit', 'USD' FROM removed`,
  ],
]

it.each(WRITERS)('figures follow %s by SQL', async (_, statement) => {
  const { database } = service
  const [first, second] = [await insertUser(database), await insertUser(database)]
  await insertDays(database, first, 3)
  await service.settled()
  const text = statement.replaceAll('$1', String(first)).replaceAll('$2', String(second))
  const before = await readStatistics(database, first)
  await database.query(text)
  await service.settled()
  for (const user of [first, second]) {
    expect(await readStatistics(database, user)).toEqual(await readLedger(database, user))
  }
  expect(await readStatistics(database, first)).not.toEqual(before)
})

it('figures follow COPY', async () => {
  const { database } = service
  const user = await insertUser(database)
  const line = (date: string, amount: string) => [user, '', date, amount, 'credit', 'USD'].join(',')
  const lines = [line('2026-03-01T10:00:00Z', '0.10'), line('2026-03-02T10:00:00Z', '0.20')]
  await queryOnce(
    database.superuserUrl,
    `COPY transactions (${COLUMNS}) FROM PROGRAM 'printf "${lines.join('\\n')}\\n"' (FORMAT csv, FORCE_NOT_NULL (full_name))`,
  )
  await service.settled()
  const statistics = await readStatistics(database, user)
  expect(statistics).toEqual(await readLedger(database, user))
  expect(statistics.totals).toMatchObject([{ transaction_count: 2, credit: '0.3' }])
})

it('a statement that is rolled back leaves no event', async () => {
  const { database } = service
  const user = await insertUser(database)
  await expect(
    database.query(
      `INSERT INTO transactions (${COLUMNS})
       SELECT $1, '', now(), amount, 'credit', 'USD' FROM unnest(ARRAY[1, 0]) AS amount`,
      [user],
    ),
  ).rejects.toThrow('transactions_amount_check')
  expect(await database.query('SELECT id FROM outbox WHERE user_id = $1', [user])).toEqual([])
})
