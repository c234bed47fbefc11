import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const valid = () => ({
  user_id: cast.user.id,
  transaction_date: '2026-03-01T12:00:00Z',
  transaction_amount: '12.50',
  transaction_type: 'credit',
})

const create = (body: unknown, token: string = cast.user.token, query = {}) =>
  cast.service.call('createTransaction', { body, token, query })

const stored = async (id: number) => {
  const [row] = await cast.service.database.query('SELECT * FROM transactions WHERE id = $1', [id])
  return row
}

describe('createTransaction', () => {
  it('answers with the transaction and its location', async () => {
    const body = { ...valid(), full_name: 'Account Holder', currency: 'EUR', reference: 'first' }
    const answer = await create({ ...body, description: 'A note' })
    expect(answer.status).toBe(201)
    expect(answer.headers['location']).toBe(`/v1/transactions/${answer.body.id}`)
    expect(answer.body).toEqual({
      ...body,
      id: expect.any(Number),
      transaction_date: '2026-03-01T12:00:00.000Z',
      description: 'A note',
      created_at: expect.any(String),
      updated_at: answer.body.created_at,
    })
  })

  it('defaults to the user’s name and the default currency, and omits empty fields', async () => {
    const customer = await cast.service.createCustomer(cast.staff.token, { name: 'Default Name' })
    const { body } = await create({ ...valid(), user_id: customer.id }, cast.staff.token)
    expect(body).toMatchObject({ full_name: 'Default Name', currency: 'USD' })
    expect(body).not.toHaveProperty('description')
    expect(body).not.toHaveProperty('reference')
  })

  it('stores the row encrypted, with the id of the request, and one outbox row for its day', async () => {
    const { body } = await cast.service.call('createTransaction', {
      body: { ...valid(), full_name: 'Hidden Holder', transaction_date: '2026-04-05' },
      token: cast.user.token,
      headers: { 'x-request-id': 'request-of-this-test' },
    })
    const row = await stored(body.id)
    expect(row?.['full_name'].toString('latin1')).not.toContain('Hidden')
    expect(row).toMatchObject({ transaction_amount: '12.5000', request_id: 'request-of-this-test' })
    const outbox = await cast.service.database.query(
      `SELECT request_id FROM outbox WHERE user_id = $1 AND day = '2026-04-05'`,
      [cast.user.id],
    )
    expect(outbox).toEqual([{ request_id: 'request-of-this-test' }])
  })

  it('lets staff book for any user', async () => {
    expect((await create(valid(), cast.staff.token)).status).toBe(201)
  })

  it('answers 404 for other users', async () => {
    const foreign = await create({ ...valid(), user_id: cast.other.id })
    const missing = await create({ ...valid(), user_id: 999_999 })
    expect(foreign.status).toBe(404)
    expect(foreign.body).toMatchObject({
      code: 'not_found',
      detail: `User with ID ${cast.other.id} not found`,
    })
    expect(missing.body.detail).toBe('User with ID 999999 not found')
  })

  it('checks the token before the body', async () => {
    expect((await cast.service.call('createTransaction', { body: { nonsense: 1 } })).status).toBe(
      401,
    )
  })

  it.each([
    ['user_id', undefined, 'required'],
    ['user_id', '1', 'type'],
    ['user_id', 0, 'minimum'],
    ['user_id', 1.5, 'type'],
    ['transaction_date', undefined, 'required'],
    ['transaction_date', 1_772_323_200, 'form'],
    ['transaction_amount', undefined, 'required'],
    ['transaction_amount', null, 'form'],
    ['transaction_amount', true, 'form'],
    ['transaction_type', undefined, 'required'],
    ['transaction_type', 'Credit', 'enum'],
    ['currency', 'usd', 'pattern'],
    ['currency', null, 'type'],
    ['currency', 'ZZZ', 'currency'],
    ['full_name', '', 'minLength'],
    ['description', 'x'.repeat(501), 'maxLength'],
    ['description', 'nul \0', 'pattern'],
    ['description', 5, 'type'],
    ['reference', '', 'minLength'],
    ['reference', 'x'.repeat(101), 'maxLength'],
    ['id', 7, 'unknown_field'],
    ['created_at', '2026-01-01T00:00:00Z', 'unknown_field'],
  ])('refuses %s of %j', async (field, value, code) => {
    const { status, body } = await create({ ...valid(), [field]: value })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual(
      expect.objectContaining({ in: 'body', path: `/${field}`, code }),
    )
  })

  it('accepts text up to the limits, counted in code points', async () => {
    const description = '\u{1F600}'.repeat(500)
    const reference = '\u{1F600}'.repeat(100)
    const { status, body } = await create({ ...valid(), description, reference })
    expect(status).toBe(201)
    expect(body).toMatchObject({ description, reference })
  })

  it.each([{ colour: 'red' }, { dry_run: true }])('refuses the query %j', async (query) => {
    const { status, body } = await create(valid(), cast.user.token, query)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'query', path: Object.keys(query)[0] })
  })
})
