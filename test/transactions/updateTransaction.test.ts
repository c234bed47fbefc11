import { describe, expect, it, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { openSession, WAITING_FOR_LOCKS } from '../setup/session.ts'

const cast = useCast()

const book = (fields = {}) =>
  cast.service.createTransaction(cast.user.token, { user_id: cast.user.id, ...fields })
const update = (id: number | string, body: unknown, token: string = cast.user.token) =>
  cast.service.call('updateTransaction', { params: { id }, body, token })

describe('updateTransaction', () => {
  it('changes the given fields and leaves the others', async () => {
    const booked = await book({ description: 'before', reference: 'kept', full_name: 'Kept Name' })
    const { status, body } = await update(booked.id, { transaction_amount: 99.5 })
    expect(status).toBe(200)
    expect(body).toEqual({
      ...booked,
      transaction_amount: '99.50',
      updated_at: expect.any(String),
    })
    expect(Date.parse(body.updated_at)).toBeGreaterThanOrEqual(Date.parse(booked.updated_at))
    const again = await cast.service.call('getTransaction', {
      params: { id: booked.id },
      token: cast.user.token,
    })
    expect(again.body).toEqual(body)
  })

  it.each([
    [{ full_name: 'Other Name' }],
    [{ transaction_date: '2026-04-01T00:00:00.000Z' }],
    [{ transaction_type: 'debit' }],
    [{ currency: 'EUR' }],
    [{ description: 'after' }],
    [{ reference: 'a new one' }],
  ])('changes %j', async (changes) => {
    const { id } = await book()
    expect((await update(id, changes)).body).toMatchObject(changes)
  })

  it('removes description and reference with null', async () => {
    const { id } = await book({ description: 'text', reference: 'ref' })
    const { body } = await update(id, { description: null, reference: null })
    expect(body).not.toHaveProperty('description')
    expect(body).not.toHaveProperty('reference')
    expect((await book({ reference: 'ref' })).reference).toBe('ref')
  })

  it('writes outbox rows for the old day and the new day', async () => {
    const booked = await book({ transaction_date: '2026-06-01T23:59:59.999Z' })
    await cast.service.database.query('DELETE FROM outbox WHERE user_id = $1', [cast.user.id])
    await update(booked.id, { transaction_date: '2026-06-02' })
    const days = await cast.service.database.query(
      'SELECT day::text FROM outbox WHERE user_id = $1 AND day IS NOT NULL ORDER BY day',
      [cast.user.id],
    )
    expect(days).toEqual([{ day: '2026-06-01' }, { day: '2026-06-02' }])
  })

  it('checks the kept amount against a new currency', async () => {
    const cents = await book({ transaction_amount: '10.50' })
    const { status, body } = await update(cents.id, { currency: 'JPY' })
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'body', path: '/currency', code: 'amount_digits' }),
    ])
    const whole = await book({ transaction_amount: '10.00' })
    expect((await update(whole.id, { currency: 'JPY' })).body).toMatchObject({
      currency: 'JPY',
      transaction_amount: '10',
    })
  })

  it('checks a new amount against the kept currency', async () => {
    const { id } = await book({ currency: 'JPY', transaction_amount: '10' })
    const { body } = await update(id, { transaction_amount: '10.5' })
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'body', path: '/transaction_amount', code: 'amount_digits' }),
    ])
    const both = await update(id, { transaction_amount: '10.5', currency: 'USD' })
    expect(both.body).toMatchObject({ transaction_amount: '10.50', currency: 'USD' })
  })

  it.each([
    [{}, '', 'minProperties'],
    [{ user_id: 1 }, '/user_id', 'unknown_field'],
    [{ id: 1 }, '/id', 'unknown_field'],
    [{ transaction_amount: '0' }, '/transaction_amount', 'form'],
    [{ transaction_amount: null }, '/transaction_amount', 'form'],
    [{ transaction_date: '2026-02-30' }, '/transaction_date', 'form'],
    [{ transaction_type: 'CREDIT' }, '/transaction_type', 'enum'],
    [{ currency: 'ABC' }, '/currency', 'currency'],
    [{ full_name: null }, '/full_name', 'type'],
    [{ reference: '' }, '/reference', 'minLength'],
    [{ description: 1 }, '/description', 'type'],
  ])('refuses %j', async (changes, path, code) => {
    const { id } = await book()
    const { status, body } = await update(id, changes)
    expect(status).toBe(422)
    expect(body.errors).toEqual([expect.objectContaining({ in: 'body', path, code })])
  })

  it('refuses a reference of another transaction, and accepts its own again', async () => {
    await book({ reference: 'taken' })
    const { id } = await book({ reference: 'mine' })
    const taken = await update(id, { reference: 'taken' })
    expect(taken.status).toBe(409)
    expect(taken.body.code).toBe('reference_taken')
    expect((await update(id, { reference: 'mine' })).status).toBe(200)
  })

  it('loses none of two concurrent changes', async () => {
    const { id } = await book()
    await Promise.all([
      update(id, { description: 'from one' }),
      update(id, { transaction_amount: '77.00' }),
      update(id, { full_name: 'From Another' }),
    ])
    const { body } = await cast.service.call('getTransaction', {
      params: { id },
      token: cast.user.token,
    })
    expect(body).toMatchObject({
      description: 'from one',
      transaction_amount: '77.00',
      full_name: 'From Another',
    })
  })

  it.each(['update', 'delete'])(
    'takes turns to %s with the deletion of its user',
    async (action) => {
      const customer = await cast.service.createCustomer(cast.staff.token)
      const { id } = await cast.service.createTransaction(cast.staff.token, {
        user_id: customer.id,
      })
      const blocked = (count: number) =>
        vi.waitFor(async () => {
          const [row] = await cast.service.database.query<{ count: number }>(WAITING_FOR_LOCKS)
          expect(row?.count).toBeGreaterThanOrEqual(count)
        })
      const session = await openSession(cast.service.database.url)
      await session.query('BEGIN')
      await session.query('LOCK TABLE outbox IN EXCLUSIVE MODE')
      const change =
        action === 'update'
          ? update(id, { description: 'late' }, cast.staff.token)
          : cast.service.call('deleteTransaction', { params: { id }, token: cast.staff.token })
      await blocked(1)
      const removal = cast.service.call('deleteUser', {
        params: { id: customer.id },
        token: cast.staff.token,
      })
      await blocked(2)
      await session.query('COMMIT')
      await session.close()
      expect((await change).status).toBe(action === 'update' ? 200 : 204)
      expect((await removal).status).toBe(204)
    },
  )

  it('lets staff change any, and hides it from others', async () => {
    const booked = await cast.service.createTransaction(cast.other.token, {
      user_id: cast.other.id,
    })
    const hidden = await update(booked.id, { description: 'x' })
    expect(hidden.status).toBe(404)
    expect(hidden.body.detail).toBe(`Transaction with ID ${booked.id} not found`)
    const { body } = await update(booked.id, { description: 'by staff' }, cast.staff.token)
    expect(body).toEqual({ ...booked, description: 'by staff', updated_at: body.updated_at })
  })

  it('answers 404 for an unknown id', async () => {
    expect((await update(999_999, { description: 'x' }, cast.staff.token)).status).toBe(404)
  })

  it('refuses an unknown query parameter', async () => {
    const { id } = await book()
    const { body } = await cast.service.call('updateTransaction', {
      params: { id },
      query: { dry_run: true },
      body: { description: 'x' },
      token: cast.user.token,
    })
    expect(body.errors[0]).toMatchObject({
      in: 'query',
      path: 'dry_run',
      code: 'unknown_parameter',
    })
  })

  it('needs a token', async () => {
    const answer = await cast.service.call('updateTransaction', { params: { id: 1 }, body: {} })
    expect(answer.status).toBe(401)
  })
})
