import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TransactionCreate, User } from '../../src/generated/schemas.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let staff: Account
let customer: User

beforeAll(async () => {
  service = await startTestService({ worker: true })
  user = await service.createAccount()
  staff = await service.createAccount('staff')
})
beforeEach(async () => {
  customer = await service.createCustomer(staff.token)
})
afterAll(() => service.close())

/** Books transactions, and waits until the figures include them. */
async function book(items: readonly Partial<TransactionCreate>[]): Promise<void> {
  const transactions = items.map((fields) => ({
    user_id: customer.id,
    transaction_date: '2026-03-01',
    transaction_amount: '1',
    transaction_type: 'credit',
    ...fields,
  }))
  await service.call('bulkCreateTransactions', { body: { transactions }, token: staff.token })
  await service.settled()
}

const read = (
  query = {},
  token: string | undefined = staff.token,
  id = customer.id,
  headers = {},
) => service.call('getUserAnalytics', { params: { id }, query, headers, ...(token && { token }) })

/** The stored figures, which must be equal to those from the ledger. */
async function figures(query = {}) {
  const { body } = await read(query)
  const { body: exact } = await read(query, staff.token, customer.id, {
    'cache-control': 'no-cache',
  })
  expect({ ...exact, computed_at: body.computed_at }).toEqual(body)
  expect(body.is_current).toBe(true)
  return body
}

describe('getUserAnalytics', () => {
  it('returns the figures of the transactions', async () => {
    await book([
      { transaction_amount: '1250.00', transaction_date: '2026-01-31T10:00:00Z' },
      { transaction_amount: '45.20', transaction_type: 'debit', transaction_date: '2026-01-31' },
      { transaction_amount: '1304.80', transaction_type: 'debit', transaction_date: '2026-01-30' },
    ])
    expect(await figures()).toEqual({
      user_id: customer.id,
      currency: 'USD',
      period: null,
      transaction_count: 3,
      average_transaction_value: '866.67',
      busiest_day: { date: '2026-01-31', transaction_count: 2 },
      total_credit: '1250.00',
      total_debit: '1350.00',
      net_total: '-100.00',
      computed_at: expect.stringMatching(/Z$/),
      is_current: true,
    })
  })

  it.each([
    ['USD', '0.00'],
    ['JPY', '0'],
    ['KWD', '0.000'],
    ['CLF', '0.0000'],
  ])('returns zero and null without transactions in %s', async (currency, zero) => {
    expect(await figures({ currency })).toMatchObject({
      currency,
      transaction_count: 0,
      average_transaction_value: null,
      busiest_day: null,
      total_credit: zero,
      total_debit: zero,
      net_total: zero,
    })
  })

  it('distinguishes currencies', async () => {
    await book([
      { transaction_amount: '1.25' },
      { transaction_amount: '1250', currency: 'JPY', transaction_type: 'debit' },
      { transaction_amount: '1.25', currency: 'KWD', transaction_date: '2026-03-02' },
    ])
    expect(await figures()).toMatchObject({ transaction_count: 1, total_credit: '1.25' })
    expect(await figures({ currency: 'JPY' })).toMatchObject({
      transaction_count: 1,
      total_debit: '1250',
      net_total: '-1250',
      average_transaction_value: '1250',
    })
    expect(await figures({ currency: 'KWD' })).toMatchObject({
      busiest_day: { date: '2026-03-02', transaction_count: 1 },
      total_credit: '1.250',
    })
    expect((await figures({ currency: 'EUR' })).transaction_count).toBe(0)
  })

  it.each([
    ['USD', ['0.01', '0.02'], '0.02'],
    ['USD', ['0.02', '0.03'], '0.02'],
    ['USD', ['0.03', '0.04'], '0.04'],
    ['USD', ['0.01', '0.01', '0.03'], '0.02'],
    ['USD', ['9999999999999.99', '9999999999999.98'], '9999999999999.98'],
    ['JPY', ['2', '3'], '2'],
    ['JPY', ['1', '2'], '2'],
    ['KWD', ['0.002', '0.003'], '0.002'],
    ['CLF', ['0.0003', '0.0004'], '0.0004'],
  ])('rounds the average of %s %j half to even', async (currency, amounts, average) => {
    await book(
      amounts.map((transaction_amount, index) => ({
        transaction_amount,
        currency,
        transaction_type: index === 0 ? 'debit' : 'credit',
      })),
    )
    expect((await figures({ currency })).average_transaction_value).toBe(average)
  })

  it('takes the latest of equally busy days', async () => {
    await book(
      ['2026-03-05', '2026-03-01', '2026-03-05', '2026-03-01', '2026-03-09'].map(
        (transaction_date) => ({ transaction_date }),
      ),
    )
    expect((await figures()).busiest_day).toEqual({ date: '2026-03-05', transaction_count: 2 })
    expect((await figures({ to: '2026-03-04' })).busiest_day.date).toBe('2026-03-01')
  })

  it('counts UTC days, including both ends of the period', async () => {
    await book([
      { transaction_date: '2026-02-28T23:59:59.999Z', transaction_amount: '1' },
      { transaction_date: '2026-03-01T00:00:00.000Z', transaction_amount: '2' },
      { transaction_date: '2026-03-31T23:59:59.999Z', transaction_amount: '4' },
      { transaction_date: '2026-04-01T00:30:00+01:00', transaction_amount: '8' },
      { transaction_date: '2026-04-01T00:00:00.000Z', transaction_amount: '16' },
    ])
    const total = async (query: object) => (await figures(query)).total_credit
    expect(await total({ from: '2026-03-01', to: '2026-03-31' })).toBe('14.00')
    expect(await total({ from: '2026-03-31', to: '2026-03-31' })).toBe('12.00')
    expect(await total({ from: '2026-03-01' })).toBe('30.00')
    expect(await total({ to: '2026-03-01' })).toBe('3.00')
    expect(await total({ from: '2026-05-01', to: '2026-05-31' })).toBe('0.00')
    expect(await total({ from: '0001-01-01', to: '9999-12-31' })).toBe('31.00')
  })

  it.each([{ from: '2026-03-01', to: '2026-03-31' }, { from: '2026-03-01' }, { to: '2026-03-31' }])(
    'repeats the period %j',
    async (period) => {
      expect((await figures(period)).period).toEqual(period)
    },
  )

  it('counts days at both ends of the calendar', async () => {
    await book([
      { transaction_date: '0001-01-01' },
      { transaction_date: '9999-12-31T23:59:59.999Z' },
    ])
    expect((await figures()).transaction_count).toBe(2)
    expect((await figures({ to: '0001-01-01' })).transaction_count).toBe(1)
    expect((await figures({ from: '9999-12-31' })).transaction_count).toBe(1)
  })

  it.each([
    [{ from: '2026-02-30' }, 'from', 'format'],
    [{ from: '2026-03-01T00:00:00Z' }, 'from', 'format'],
    [{ from: '0000-12-31' }, 'from', 'date'],
    [{ to: '0000-12-31' }, 'to', 'date'],
    [{ from: '2026-03-02', to: '2026-03-01' }, 'to', 'period'],
    [{ currency: 'usd' }, 'currency', 'pattern'],
    [{ currency: 'ZZZ' }, 'currency', 'currency'],
    [{ per_page: '1' }, 'per_page', 'unknown_parameter'],
  ])('refuses %j', async (query, path, code) => {
    const { status, body } = await read(query)
    expect(status).toBe(422)
    expect(body.errors).toEqual([expect.objectContaining({ in: 'query', path, code })])
  })

  it('shows users their own, and hides others', async () => {
    expect((await read({}, user.token, user.id)).body.user_id).toBe(user.id)
    const hidden = await read({}, user.token)
    expect(hidden.status).toBe(404)
    expect(hidden.body.detail).toBe(`User with ID ${customer.id} not found`)
    expect((await read({}, staff.token, 999_999)).status).toBe(404)
    const fresh = { 'cache-control': 'no-cache' }
    expect((await read({}, user.token, customer.id, fresh)).status).toBe(404)
  })

  it('needs a token', async () => {
    expect((await read({}, '')).status).toBe(401)
  })
})
