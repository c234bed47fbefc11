import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Transaction, TransactionCreate } from '../../src/generated/schemas.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let staff: Account

/** Transactions for the filter tests: description, then what differs from the default. */
const HISTORY: readonly (readonly [string, Partial<TransactionCreate>])[] = [
  ['old', { transaction_date: '0001-01-01' }],
  ['before', { transaction_date: '2026-01-31T23:59:59.999Z' }],
  ['first', { transaction_date: '2026-02-01T00:00:00.000Z', transaction_amount: '0.01' }],
  ['noon', { transaction_date: '2026-02-01T12:00:00Z', transaction_type: 'debit' }],
  ['offset', { transaction_date: '2026-02-02T00:30:00+01:00', transaction_amount: '99.99' }],
  ['last', { transaction_date: '2026-02-28T23:59:59.999Z', currency: 'JPY' }],
  ['after', { transaction_date: '2026-03-01', currency: 'KWD', transaction_amount: '10.001' }],
  ['end', { transaction_date: '9999-12-31T23:59:59.999Z' }],
]
const NEWEST_FIRST = HISTORY.map(([name]) => name).reverse()

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  staff = await service.createAccount('staff')
  const transactions = HISTORY.map(([description, fields]) => ({
    user_id: user.id,
    transaction_amount: '10',
    transaction_type: 'credit',
    description,
    ...fields,
  }))
  await service.call('bulkCreateTransactions', { body: { transactions }, token: user.token })
})
afterAll(() => service.close())

const list = (query = {}, token: string | undefined = user.token, id = user.id) =>
  service.call('listUserTransactions', { params: { id }, query, ...(token && { token }) })

const names = (body: readonly Transaction[]) => body.map(({ description }) => description)

describe('listUserTransactions', () => {
  it('answers with the newest first, and the total', async () => {
    const { status, headers, body } = await list()
    expect(status).toBe(200)
    expect(names(body)).toEqual(NEWEST_FIRST)
    expect(headers['x-total-count']).toBe('8')
  })

  it.each([
    [{ from: '2026-02-01', to: '2026-02-28' }, ['last', 'offset', 'noon', 'first']],
    [{ from: '2026-02-01', to: '2026-02-01' }, ['offset', 'noon', 'first']],
    [{ from: '2026-01-31T23:59:59.999Z', to: '2026-02-01T00:00:00Z' }, ['first', 'before']],
    [{ from: '2026-02-01T13:00:00+01:00', to: '2026-02-01T12:00:00Z' }, ['noon']],
    [{ from: '2026-03-01' }, ['end', 'after']],
    [{ from: '9999-12-31' }, ['end']],
    [{ to: '0001-01-01' }, ['old']],
    [{ to: '9999-12-31' }, NEWEST_FIRST],
    [{ to: '2026-01-31' }, ['before', 'old']],
    [{ type: 'debit' }, ['noon']],
    [{ currency: 'JPY' }, ['last']],
    [{ currency: 'EUR' }, []],
    [{ min_amount: '10.001' }, ['after', 'offset']],
    [{ max_amount: '0.01' }, ['first']],
    [{ min_amount: '0', max_amount: '9999999999999.9999' }, NEWEST_FIRST],
    [
      { min_amount: '10', max_amount: '10', from: '2026-01-01', type: 'credit', currency: 'USD' },
      ['end', 'before'],
    ],
  ])('filters by %j', async (query, expected) => {
    const { body, headers } = await list(query)
    expect(names(body)).toEqual(expected)
    expect(headers['x-total-count']).toBe(String(expected.length))
    const cursorMode = await list({ ...query, cursor: '' })
    expect(names(cursorMode.body)).toEqual(expected)
    expect(cursorMode.headers['x-total-count']).toBeUndefined()
  })

  it.each([
    ['from', '2026-02-30', 'form'],
    ['from', '0000-01-01', 'date'],
    ['to', '9999-12-31T23:59:59-01:00', 'date'],
    ['to', 'now', 'form'],
    ['type', 'both', 'enum'],
    ['currency', 'usd', 'pattern'],
    ['currency', 'ABC', 'currency'],
    ['min_amount', '-1', 'pattern'],
    ['max_amount', '1e3', 'pattern'],
    ['page', '0', 'minimum'],
    ['page', '1.5', 'type'],
    ['per_page', '101', 'maximum'],
    ['per_page', '0', 'minimum'],
    ['sort', 'id', 'unknown_parameter'],
    ['user_id', '1', 'unknown_parameter'],
  ])('refuses %s=%s', async (name, value, code) => {
    const { status, body } = await list({ [name]: value })
    expect(status).toBe(422)
    expect(body.errors).toEqual([expect.objectContaining({ in: 'query', path: name, code })])
  })

  it('reports the errors of several filters and the cursor together', async () => {
    const query = { from: '0000-01-01', currency: 'ABC', page: '1', cursor: 'WyJ4Il0' }
    const { body } = await list(query)
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'from',
      'currency',
      'page',
      'cursor',
    ])
  })

  it.each([
    ['2026-03-02', '2026-03-01'],
    ['2026-03-02T00:00:00Z', '2026-03-01'],
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00+01:00'],
  ])('refuses a period from %s to %s', async (from, to) => {
    const { status, body } = await list({ from, to })
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'query', path: 'to', code: 'period' }),
    ])
  })

  it('lets staff read any user’s, and hides them from others', async () => {
    const customer = await service.createCustomer(staff.token)
    expect((await list({}, staff.token)).headers['x-total-count']).toBe('8')
    expect((await list({}, staff.token, customer.id)).body).toEqual([])
    const hidden = await list({}, user.token, customer.id)
    expect(hidden.status).toBe(404)
    expect(hidden.body.detail).toBe(`User with ID ${customer.id} not found`)
    expect((await list({}, staff.token, 999_999)).status).toBe(404)
  })

  it('needs a token', async () => {
    expect((await list({}, '')).status).toBe(401)
  })
})
