import { beforeEach, describe, expect, it } from 'vitest'
import type { TransactionCreate, User } from '../../src/generated/schemas.ts'
import { finished, send } from '../imports/imports.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast({ worker: true })
let customer: User

beforeEach(async () => {
  customer = await cast.service.createCustomer(cast.staff.token)
})

type Row = Pick<TransactionCreate, 'transaction_date' | 'transaction_amount'> &
  Partial<TransactionCreate>

/** Two months: 100 in and 40 out, then 100 in and 50 out. The score is 599, as `formula.test.ts` has it. */
const ROWS: readonly Row[] = [
  { transaction_date: '2024-05-10', transaction_amount: '100', transaction_type: 'credit' },
  { transaction_date: '2024-05-09', transaction_amount: '40', transaction_type: 'debit' },
  { transaction_date: '2024-06-10', transaction_amount: '100', transaction_type: 'credit' },
  { transaction_date: '2024-06-10', transaction_amount: '50', transaction_type: 'debit' },
]

async function book(rows: readonly Row[] = ROWS, id = customer.id): Promise<void> {
  const transactions = rows.map((row) => ({ transaction_type: 'credit', ...row, user_id: id }))
  const { token } = cast.staff
  const { status } = await cast.service.call('bulkCreateTransactions', {
    body: { transactions },
    token,
  })
  expect(status).toBe(201)
}

const read = (id = customer.id, token: string | undefined = cast.staff.token, headers = {}) =>
  cast.service.call('getUserCreditScore', { params: { id }, headers, ...(token && { token }) })

const exact = { 'cache-control': 'no-cache' }

/** The stored score once it is current. It must be equal to that of the transactions themselves. */
async function current(id = customer.id) {
  await cast.service.settled()
  const { body } = await read(id)
  const { body: fromLedger } = await read(id, cast.staff.token, exact)
  expect({ ...fromLedger, computed_at: body.computed_at }).toEqual(body)
  expect(body.is_current).toBe(true)
  return body
}

describe('getUserCreditScore', () => {
  it('returns the score and what it is made of', async () => {
    await book()
    const factor = (name: string, value: number, weight: number, contribution: number) => ({
      name,
      value,
      weight,
      contribution,
    })
    expect(await current()).toEqual({
      score: 599,
      band: 'fair',
      factors: [
        factor('income_regularity', 333, 30, 54),
        factor('credit_debit_ratio', 1000, 24, 132),
        factor('balance_trend', 666, 12, 43),
        factor('low_volatility', 862, 12, 56),
        factor('history_length', 83, 14, 6),
        factor('activity', 200, 8, 8),
      ],
      formula_version: 1,
      computed_at: expect.stringMatching(/Z$/),
      is_current: true,
    })
  })

  it('has no score without transactions', async () => {
    expect(await current()).toEqual({
      score: null,
      band: 'unscored',
      factors: [],
      formula_version: 1,
      computed_at: customer.created_at,
      is_current: true,
    })
  })

  it('has none again once all transactions are deleted', async () => {
    await book(ROWS.slice(0, 1))
    expect((await current()).score).not.toBeNull()
    const { token } = cast.staff
    const params = { id: customer.id }
    const { body } = await cast.service.call('listUserTransactions', { params, token })
    await cast.service.call('deleteTransaction', { params: { id: body[0].id }, token })
    expect(await current()).toMatchObject({ score: null, band: 'unscored', factors: [] })
  })

  it('is exact at once with no-cache, and says so as long as it is not', async () => {
    await current()
    await book()
    const { body } = await read(customer.id, cast.staff.token, exact)
    expect(body).toMatchObject({ score: 599, is_current: true })
  })

  it('is the same however the same transactions came', async () => {
    await book()
    const single = await cast.service.createCustomer(cast.staff.token)
    for (const row of ROWS.toReversed()) {
      await cast.service.createTransaction(cast.staff.token, { ...row, user_id: single.id })
      await cast.service.settled()
    }
    const imported = await cast.service.createCustomer(cast.staff.token)
    const columns = ['transaction_date', 'transaction_amount', 'transaction_type'] as const
    const lines = ROWS.map((row) => [imported.id, ...columns.map((name) => row[name])].join(','))
    const file = [['user_id', ...columns].join(','), ...lines].join('\n')
    const { token } = cast.admin
    const { body } = await send(cast.service, token, file, { kind: 'transactions' })
    expect(await finished(cast.service, token, body.id)).toMatchObject({
      rows_loaded: 4,
    })
    const { computed_at: _, ...score } = await current()
    for (const { id } of [single, imported]) expect(await current(id)).toMatchObject(score)
  })

  it('does not depend on transactions of others', async () => {
    await book()
    const before = await current()
    await book(ROWS.slice(0, 2), cast.user.id)
    expect(await current()).toEqual(before)
  })

  it('leaves out days that are yet to come', async () => {
    await book()
    const { computed_at: _, ...before } = await current()
    await book([{ transaction_date: '2090-01-01', transaction_amount: '999' }])
    expect(await current()).toMatchObject(before)
  })

  it('is of the 24 months that end with the latest transaction', async () => {
    await book()
    const { computed_at: _, ...before } = await current()
    await book([
      { transaction_date: '2022-06-10', transaction_amount: '999' },
      { transaction_date: '2021-01-01', transaction_amount: '999', currency: 'EUR' },
    ])
    expect(await current()).toMatchObject(before)
    await book([{ transaction_date: '2022-06-11', transaction_amount: '999' }])
    expect((await current()).factors[4]).toMatchObject({ name: 'history_length', value: 1000 })
  })

  it('is of the currency with the most transactions', async () => {
    await book()
    const { computed_at: _, ...before } = await current()
    const yen = { transaction_date: '2024-06-01', transaction_amount: '7', currency: 'JPY' }
    await book([yen, yen, yen])
    expect(await current()).toMatchObject(before)
    await book([yen])
    const { factors } = await current()
    expect(factors[0]).toMatchObject({ name: 'income_regularity', value: 166 })
  })

  it('counts amounts of the smallest unit, and the largest sums', async () => {
    const clf = { transaction_date: '2024-06-01', currency: 'CLF' }
    await book([
      { ...clf, transaction_amount: '0.0003' },
      { ...clf, transaction_amount: '0.0004', transaction_type: 'debit' },
    ])
    expect((await current()).factors[1].value).toBe(250)
    const large = { transaction_date: '2024-06-01', transaction_amount: '9999999999999.99' }
    await book(Array.from({ length: 200 }, () => large))
    await book([{ ...large, transaction_type: 'debit', transaction_amount: '0.01' }])
    expect((await current()).factors[1].value).toBe(1000)
  })

  it('has an ETag', async () => {
    await book()
    await current()
    const { headers } = await read()
    const request = { 'if-none-match': String(headers['etag']) }
    expect((await read(customer.id, cast.staff.token, request)).status).toBe(304)
    await book([{ transaction_date: '2024-07-01', transaction_amount: '1' }])
    await current()
    expect((await read(customer.id, cast.staff.token, request)).status).toBe(200)
  })

  it('refuses unknown parameters and ids', async () => {
    const { token } = cast.staff
    const params = { id: customer.id }
    const unknown = { params, token, query: { currency: 'USD' } }
    const { status, body } = await cast.service.call('getUserCreditScore', unknown)
    expect([status, body.errors[0]]).toMatchObject([422, { in: 'query', path: 'currency' }])
    const bad = await cast.service.call('getUserCreditScore', { params: { id: 'me' }, token })
    expect([bad.status, bad.body.errors[0]]).toMatchObject([422, { in: 'path', path: 'id' }])
  })

  it('shows users their own, and hides others', async () => {
    expect((await read(cast.other.id, cast.other.token)).status).toBe(200)
    for (const headers of [{}, exact]) {
      const hidden = await read(customer.id, cast.other.token, headers)
      expect(hidden.status).toBe(404)
      expect(hidden.body.detail).toBe(`User with ID ${customer.id} not found`)
      expect((await read(999_999, cast.staff.token, headers)).status).toBe(404)
    }
  })

  it('needs a token', async () => {
    expect((await read(customer.id, '')).status).toBe(401)
  })
})
