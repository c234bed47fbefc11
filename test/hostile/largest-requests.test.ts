import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertDataset } from '../datasets/tables.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { createDelays } from './delay.ts'

const ITEMS = 1000
const DAYS = 36_500
/** As many as a table of PostgreSQL can have. */
const COLUMNS = 1_500
const ROWS = 100

let service: TestService
let token: string
let id: number
beforeAll(async () => {
  service = await startTestService()
  const admin = await service.createAccount('admin')
  token = admin.token
  id = admin.id
})
afterAll(() => service.close())

const list = (item: (index: number) => object) => Array.from({ length: ITEMS }, (_, i) => item(i))
let batch = 0
const email = (index: number) => `${'a'.repeat(50)}${batch}.${index}@${'b'.repeat(60)}.example`
const users = () => {
  batch += 1
  return list((index) => ({ name: '\u{1f600} x'.repeat(33), email: email(index), age: 30 }))
}
const transactions = (owner: (index: number) => number) => {
  batch += 1
  return list((index) => ({
    user_id: owner(index),
    transaction_date: '2026-01-01',
    transaction_amount: '10.00',
    transaction_type: 'credit',
    full_name: '\u{1f600}'.repeat(100),
    description: '\u{1f600}'.repeat(500),
    reference: `${'\u{1f600}'.repeat(80)}${batch} ${index}`,
  }))
}
const wrong = () => {
  batch += 1
  return list(() => Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`u${at}`, batch])))
}

const get = (url: string) => () => ({ method: 'GET' as const, url })
const post = (url: string, body: () => object) => () => ({
  method: 'POST' as const,
  url,
  payload: body(),
})

/** Requests that do, or answer, as much as one can. */
const work = [
  ['users', post('/v1/users/bulk', () => ({ users: users() }))],
  ['wrong users', post('/v1/users/bulk', () => ({ mode: 'partial', users: wrong() }))],
  ['transactions', post('/v1/transactions/bulk', () => ({ transactions: transactions(() => id) }))],
  [
    'transactions of strangers',
    post('/v1/transactions/bulk', () => ({
      mode: 'partial',
      transactions: transactions((index) => 10_000 + index),
    })),
  ],
  ['all users', get('/v1/users?per_page=100')],
  ['a history', () => get(`/v1/users/${id}/transactions?per_page=100`)()],
  ['a hundred years of days', () => get(`/v1/users/${id}/analytics/daily?currency=EUR`)()],
  ['wide rows', get('/v1/datasets/wide/rows?per_page=100')],
  ['a wide dataset', get('/v1/datasets/wide')],
  ['metrics', get('/metrics')],
] as const

const addDays = (first: number, last: number) =>
  service.database.query(
    `INSERT INTO daily_statistics
       (user_id, currency, date, transaction_count, total_credit, total_debit, total_squares)
     SELECT $1, 'EUR', date '1926-01-01' + day, 1, 1234567.89, 1.01, 1.02
     FROM generate_series($2::int, $3::int) AS day`,
    [id, first, last],
  )

describe('the largest request', () => {
  beforeAll(async () => {
    await addDays(1, DAYS)
    const columns = Array.from({ length: COLUMNS }, (_, index) => ({
      name: `column_${index}`,
      type: 'text' as const,
    }))
    const row = columns.map(() => 'abc')
    await insertDataset(service.database, 'wide', columns, Array(ROWS).fill(row))
  })

  it.each(work)('of %s keeps nobody waiting', async (name, request) => {
    const delays = createDelays()
    await delays.measure(name, async () => {
      const answer = await service.app.inject({
        ...request(),
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': `key ${batch}` },
      })
      expect(answer.statusCode, answer.body.slice(0, 300)).toBeLessThan(300)
    })
    expect(delays.slow()).toEqual([])
  })

  it('has so many days, and no more', async () => {
    await addDays(DAYS + 1, DAYS + 26)
    const query = { currency: 'EUR' }
    const read = (more: object) =>
      service.call('getUserDailyAnalytics', { token, params: { id }, query: { ...query, ...more } })
    // Another period than before, whose figures are remembered.
    const { status, body } = await read({ to: '2100-01-01' })
    expect([status, body.errors]).toEqual([
      422,
      [
        {
          in: 'query',
          path: 'from',
          code: 'period',
          message: expect.stringContaining('36525 days'),
        },
      ],
    ])
    expect((await read({ from: '1926-01-03' })).body).toHaveLength(DAYS + 25)
  })
})
