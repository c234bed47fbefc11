import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let staff: Account

const DAYS = [
  { date: '2026-01-31', transaction_count: 1, total_credit: '0.10', total_debit: '0.00' },
  { date: '2026-02-01', transaction_count: 2, total_credit: '0.20', total_debit: '5.00' },
  { date: '2026-02-28', transaction_count: 1, total_credit: '0.00', total_debit: '7.00' },
]

beforeAll(async () => {
  service = await startTestService({ worker: true })
  user = await service.createAccount()
  staff = await service.createAccount('staff')
  const items = [
    ['2026-02-28', '7.00', 'debit', 'USD'],
    ['2026-02-02T00:30:00+01:00', '0.20', 'credit', 'USD'],
    ['2026-01-31T23:59:59.999Z', '0.10', 'credit', 'USD'],
    ['2026-02-01', '5.00', 'debit', 'USD'],
    ['2026-02-01', '1250', 'credit', 'JPY'],
    ['9999-12-31', '0.001', 'credit', 'KWD'],
  ]
  const transactions = items.map(([date, amount, type, currency]) => ({
    user_id: user.id,
    transaction_date: date,
    transaction_amount: amount,
    transaction_type: type,
    currency,
  }))
  await service.call('bulkCreateTransactions', { body: { transactions }, token: user.token })
  await service.settled()
})
afterAll(() => service.close())

const read = (query = {}, token: string | undefined = user.token, id = user.id, headers = {}) =>
  service.call('getUserDailyAnalytics', { params: { id }, query, headers, ...(token && { token }) })

describe('getUserDailyAnalytics', () => {
  it.each([
    [{}, DAYS],
    [{ from: '2026-02-01' }, DAYS.slice(1)],
    [{ to: '2026-02-01' }, DAYS.slice(0, 2)],
    [{ from: '2026-02-01', to: '2026-02-01' }, DAYS.slice(1, 2)],
    [{ from: '2026-02-02', to: '2026-02-27' }, []],
    [
      { currency: 'JPY' },
      [{ date: '2026-02-01', transaction_count: 1, total_credit: '1250', total_debit: '0' }],
    ],
    [
      { currency: 'KWD' },
      [{ date: '9999-12-31', transaction_count: 1, total_credit: '0.001', total_debit: '0.000' }],
    ],
    [{ currency: 'EUR' }, []],
  ])('answers %j with the days that have transactions, oldest first', async (query, days) => {
    expect((await read(query)).body).toEqual(days)
    const fresh = await read(query, user.token, user.id, { 'cache-control': 'no-cache' })
    expect(fresh.body).toEqual(days)
  })

  it.each([
    [{ from: '2026-13-01' }, 'from', 'format'],
    [{ from: '0000-12-31' }, 'from', 'date'],
    [{ from: '2026-03-02', to: '2026-03-01' }, 'to', 'period'],
    [{ currency: 'ZZZ' }, 'currency', 'currency'],
    [{ page: '1' }, 'page', 'unknown_parameter'],
  ])('refuses %j', async (query, path, code) => {
    const { status, body } = await read(query)
    expect(status).toBe(422)
    expect(body.errors).toEqual([expect.objectContaining({ in: 'query', path, code })])
  })

  it('lets staff read any user’s, and hides them from others', async () => {
    expect((await read({}, staff.token)).body).toEqual(DAYS)
    const hidden = await read({}, user.token, staff.id)
    expect(hidden.status).toBe(404)
    expect(hidden.body.detail).toBe(`User with ID ${staff.id} not found`)
  })

  it('needs a token', async () => {
    expect((await read({}, '')).status).toBe(401)
  })
})
