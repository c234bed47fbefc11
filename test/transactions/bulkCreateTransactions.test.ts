import { beforeEach, describe, expect, it } from 'vitest'
import type { User } from '../../src/generated/schemas.ts'
import { rules, statuses, testBatch } from '../setup/batches.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()
/** Used by the running test alone. */
let customer: User

beforeEach(async () => {
  customer = await cast.service.createCustomer(cast.staff.token)
})

const item = (fields = {}) => ({
  user_id: customer.id,
  transaction_date: '2026-03-01',
  transaction_amount: '1.00',
  transaction_type: 'credit',
  ...fields,
})

const bulk = (
  transactions: unknown,
  mode?: string,
  token: string = cast.staff.token,
  headers = {},
) =>
  cast.service.call('bulkCreateTransactions', {
    body: { ...(mode !== undefined && { mode }), transactions },
    token,
    headers,
  })

/** How many rows the test's customer has in a table. Their welcome mail waits in the outbox, too. */
const countRows = async (table: 'transactions' | 'outbox') => {
  const [row] = await cast.service.database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table} AS counted
     WHERE user_id = $1 AND NOT to_jsonb(counted) @> '{"type": "welcome_mail.requested"}'`,
    [customer.id],
  )
  return row?.count ?? 0
}

describe('bulkCreateTransactions', () => {
  testBatch(cast, {
    operation: 'bulkCreateTransactions',
    list: 'transactions',
    item,
    callers: () => [cast.user, cast.staff],
    count: () => countRows('transactions'),
  })

  it.each(['atomic', 'partial', undefined])('books all when mode is %s', async (mode) => {
    const { status, body } = await bulk(
      [item({ transaction_amount: 1.5 }), item({ currency: 'JPY', transaction_amount: '7' })],
      mode,
    )
    expect(status).toBe(201)
    expect(body).toMatchObject({
      created: 2,
      failed: 0,
      results: [
        { index: 0, status: 201, transaction: { transaction_amount: '1.50', currency: 'USD' } },
        { index: 1, status: 201, transaction: { transaction_amount: '7', currency: 'JPY' } },
      ],
    })
    const { id } = body.results[1].transaction
    const again = await cast.service.call('getTransaction', {
      params: { id },
      token: cast.staff.token,
    })
    expect(again.body).toEqual(body.results[1].transaction)
  })

  it('books 1,000 in their order, with one outbox row for their user', async () => {
    const sent = Array.from({ length: 1000 }, (_, n) =>
      item({ reference: `r-${(n * 7) % 1000}`, transaction_date: `2026-03-0${1 + (n % 3)}` }),
    )
    const { status, body } = await bulk(sent, 'atomic', cast.staff.token, {
      'x-request-id': 'batch',
    })
    expect(status).toBe(201)
    expect(body.created).toBe(1000)
    expect(body.results.map((result: { index: number }) => result.index)).toEqual(
      sent.map((_, index) => index),
    )
    expect(
      body.results.map(
        (result: { transaction: { reference: string } }) => result.transaction.reference,
      ),
    ).toEqual(sent.map((transaction) => (transaction as { reference?: string }).reference))
    const outbox = await cast.service.database.query(
      `SELECT day::text, ARRAY (SELECT unnest(days)::text ORDER BY 1) AS days, request_id
       FROM outbox WHERE user_id = $1 AND day IS NOT NULL`,
      [customer.id],
    )
    const days = ['2026-03-01', '2026-03-02', '2026-03-03']
    expect(outbox).toEqual([{ day: days[0], days, request_id: 'batch' }])
  })

  it('refuses an unknown query parameter', async () => {
    const answer = await cast.service.call('bulkCreateTransactions', {
      body: { transactions: [item()] },
      query: { mode: 'partial' },
      token: cast.staff.token,
    })
    expect(answer.body.errors[0]).toMatchObject({
      in: 'query',
      path: 'mode',
      code: 'unknown_parameter',
    })
  })
})

describe('atomic', () => {
  it('names every bad item and stores nothing', async () => {
    const { status, body } = await bulk([
      item(),
      item({ transaction_amount: '1.001' }),
      item({ currency: 'usd' }),
      item({ user_id: 999_999 }),
      item({ colour: 'red', transaction_type: undefined }),
      'no object',
    ])
    expect(status).toBe(422)
    expect(rules(body)).toEqual([
      '/transactions/1/transaction_amount amount_digits',
      '/transactions/2/currency pattern',
      '/transactions/3/user_id not_found',
      '/transactions/4/transaction_type required',
      '/transactions/4/colour unknown_field',
      '/transactions/5 type',
    ])
    expect(await countRows('transactions')).toBe(0)
    expect(await countRows('outbox')).toBe(0)
  })

  it.each(['inside the batch', 'against the stored'])(
    'refuses a reference taken %s',
    async (where) => {
      if (where === 'against the stored')
        await cast.service.createTransaction(cast.staff.token, {
          user_id: customer.id,
          reference: 'same',
        })
      const before = [await countRows('transactions'), await countRows('outbox')]
      const rest = where === 'inside the batch' ? [item({ reference: 'same' })] : [item()]
      const { status, body } = await bulk([...rest, item({ reference: 'same' })])
      expect(status).toBe(422)
      expect(body.errors).toEqual([
        expect.objectContaining({
          in: 'body',
          path: '/transactions/1/reference',
          code: 'reference_taken',
        }),
      ])
      expect([await countRows('transactions'), await countRows('outbox')]).toEqual(before)
    },
  )

  it('refuses a taken reference with an Idempotency-Key, and goes on with the unit of work', async () => {
    const twice = [item({ reference: 'same' }), item({ reference: 'same' })]
    const key = { 'idempotency-key': 'a-key-of-this-test' }
    const { status, body } = await bulk(twice, 'atomic', cast.staff.token, key)
    expect([status, body.errors[0].code]).toEqual([422, 'reference_taken'])
    const partial = await bulk(twice, 'partial', cast.staff.token, {
      'idempotency-key': 'another-key-of-this-test',
    })
    expect(statuses(partial.body)).toEqual([201, 409])
    expect(await countRows('transactions')).toBe(1)
  })

  it('refuses a batch of a customer’s that has an item for somebody else', async () => {
    const { status, body } = await bulk(
      [item({ user_id: cast.user.id }), item()],
      'atomic',
      cast.user.token,
    )
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      {
        in: 'body',
        path: '/transactions/1/user_id',
        code: 'not_found',
        message: `User with ID ${customer.id} not found`,
      },
    ])
  })
})

describe('partial', () => {
  it('stores the valid items and reports the outcome of each, in order', async () => {
    await cast.service.createTransaction(cast.staff.token, {
      user_id: customer.id,
      reference: 'stored',
    })
    const { status, body } = await bulk(
      [
        item({ reference: 'stored' }),
        item({ reference: 'twice', description: 'the first' }),
        item({ transaction_amount: '0.001' }),
        item({ reference: 'twice', description: 'the second' }),
        item({ user_id: 999_999 }),
        null,
        item(),
      ],
      'partial',
    )
    expect(status).toBe(201)
    expect(statuses(body)).toEqual([409, 201, 422, 409, 404, 422, 201])
    expect(body).toMatchObject({ created: 2, failed: 5 })
    expect(body.results[1].transaction.description).toBe('the first')
    expect(body.results[2]).toEqual({
      index: 2,
      status: 422,
      error: {
        code: 'validation_failed',
        status: 422,
        title: 'Unprocessable Entity',
        detail: 'The request has invalid values',
        errors: [
          expect.objectContaining({
            in: 'body',
            path: '/transaction_amount',
            code: 'amount_digits',
          }),
        ],
      },
    })
    expect(body.results[3].error).toMatchObject({ code: 'reference_taken', title: 'Conflict' })
    expect(body.results[4].error.detail).toBe('User with ID 999999 not found')
    expect(body.results[5].error.errors[0].path).toBe('')
    expect(await countRows('transactions')).toBe(3)
  })

  it('answers 201 when no item is valid, and stores nothing', async () => {
    const { status, body } = await bulk([item({ currency: 'ABC' }), 7], 'partial')
    expect(status).toBe(201)
    expect(body).toMatchObject({ created: 0, failed: 2 })
    expect(await countRows('outbox')).toBe(0)
  })

  it('books customers’ own items and hides other users', async () => {
    const { body } = await bulk(
      [item(), item({ user_id: cast.user.id }), item({ user_id: cast.staff.id })],
      'partial',
      cast.user.token,
    )
    expect(statuses(body)).toEqual([404, 201, 404])
    expect(await countRows('transactions')).toBe(0)
  })

  it('books for many users in one request by staff', async () => {
    const { body } = await bulk([item(), item({ user_id: cast.user.id }), item()], 'partial')
    expect(statuses(body)).toEqual([201, 201, 201])
    expect(await countRows('transactions')).toBe(2)
  })
})
