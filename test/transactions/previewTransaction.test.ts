import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const valid = () => ({
  user_id: cast.user.id,
  transaction_date: '2026-03-01T17:30:00+05:30',
  transaction_amount: 12.5,
  transaction_type: 'credit',
})

const preview = (body: unknown, token: string = cast.user.token, query = {}) =>
  cast.service.call('previewTransaction', { body, token, query })

/** How many rows there are of what a transaction writes. */
const stored = async () => {
  const [row] = await cast.service.database.query(
    `SELECT (SELECT count(*)::int FROM transactions) AS transactions,
       (SELECT count(*)::int FROM outbox) AS outbox, (SELECT count(*)::int FROM idempotency_keys) AS keys`,
  )
  return row
}

describe('previewTransaction', () => {
  it('answers with the transaction as it would be booked, and stores nothing', async () => {
    const before = await stored()
    const body = { ...valid(), full_name: 'Account Holder', description: 'A note', reference: 'p' }
    const { status, headers, body: previewed } = await preview(body)
    expect(status).toBe(200)
    expect(previewed).toEqual({
      ...body,
      transaction_date: '2026-03-01T12:00:00.000Z',
      transaction_amount: '12.50',
      currency: 'USD',
    })
    expect(headers).not.toHaveProperty('location')
    expect(headers).not.toHaveProperty('etag')
    expect(await stored()).toEqual(before)
  })

  it('shows what is then booked', async () => {
    const body = { ...valid(), currency: 'EUR', reference: 'booked after its preview' }
    const { body: previewed } = await preview(body)
    const { body: booked } = await cast.service.call('createTransaction', {
      body,
      token: cast.user.token,
    })
    expect(booked).toMatchObject(previewed)
  })

  it('defaults to the user’s name, and lets staff check for customers', async () => {
    const customer = await cast.service.createCustomer(cast.staff.token, { name: 'Default Name' })
    const { status, body } = await preview({ ...valid(), user_id: customer.id }, cast.staff.token)
    expect([status, body.full_name]).toEqual([200, 'Default Name'])
  })

  it('leaves a reference free, and refuses one that is taken', async () => {
    const body = { ...valid(), reference: 'taken or free' }
    expect((await preview(body)).status).toBe(200)
    expect((await preview(body)).status).toBe(200)
    await cast.service.createTransaction(cast.user.token, {
      user_id: cast.user.id,
      reference: body.reference,
    })
    const { status, body: problem } = await preview(body)
    expect([status, problem.code]).toEqual([409, 'reference_taken'])
  })

  it.each([
    ['user_id', undefined, 'required'],
    ['user_id', '1', 'type'],
    ['transaction_date', 'yesterday', 'form'],
    ['transaction_amount', '1.001', 'amount_digits'],
    ['transaction_amount', 0, 'form'],
    ['transaction_type', 'Credit', 'enum'],
    ['currency', 'ZZZ', 'currency'],
    ['description', 'x'.repeat(501), 'maxLength'],
    ['id', 7, 'unknown_field'],
  ])('refuses %s of %j, as booking does', async (field, value, code) => {
    const body = { ...valid(), [field]: value }
    const { status, body: problem } = await preview(body)
    expect(status).toBe(422)
    expect(problem.errors).toContainEqual(
      expect.objectContaining({ in: 'body', path: `/${field}`, code }),
    )
    const booked = await cast.service.call('createTransaction', { body, token: cast.user.token })
    expect(booked.body.errors).toEqual(problem.errors)
  })

  it('refuses an unknown query parameter', async () => {
    const { status, body } = await preview(valid(), cast.user.token, { dry_run: true })
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'query', code: 'unknown_parameter' })
  })

  it('answers 404 for other users', async () => {
    const foreign = await preview({ ...valid(), user_id: cast.other.id })
    expect(foreign.status).toBe(404)
    expect(foreign.body.detail).toBe(`User with ID ${cast.other.id} not found`)
    expect((await preview({ ...valid(), user_id: 999_999 })).status).toBe(404)
  })

  it('checks the token before the body', async () => {
    const { status } = await cast.service.call('previewTransaction', { body: { nonsense: 1 } })
    expect(status).toBe(401)
  })
})
