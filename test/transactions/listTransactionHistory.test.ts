import { describe, expect, it } from 'vitest'
import { openRecordLoads } from '../imports/kinds/record-loads.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const history = (id: number | string, token?: string, query = {}) =>
  cast.service.call('listTransactionHistory', { params: { id }, query, ...(token && { token }) })

const book = () => cast.service.createTransaction(cast.user.token, { user_id: cast.user.id })

const update = (id: number, body: object, token = cast.user.token) =>
  cast.service.call('updateTransaction', { params: { id }, body, token })

const remove = (id: number, token = cast.user.token) =>
  cast.service.call('deleteTransaction', { params: { id }, token })

const changesOf = (body: readonly { readonly change: string }[]) => body.map(({ change }) => change)

describe('listTransactionHistory', () => {
  it('tells who made each change when, by which request, and what came of it', async () => {
    const booked = await book()
    const updated = await update(
      booked.id,
      { transaction_amount: '12.50', full_name: 'Asha R.', description: 'Corrected' },
      cast.staff.token,
    )
    const removed = await remove(booked.id, cast.admin.token)
    const { status, body, headers } = await history(booked.id, cast.user.token)
    expect([status, headers['x-total-count']]).toEqual([200, '3'])
    expect(body).toMatchObject([
      { change: 'created', actor_id: cast.user.id, transaction: booked },
      { change: 'updated', actor_id: cast.staff.id, transaction: updated.body },
      { change: 'deleted', actor_id: cast.admin.id, transaction: updated.body },
    ])
    expect(body.slice(1).map(({ request_id }: { request_id: string }) => request_id)).toEqual([
      updated.headers['x-request-id'],
      removed.headers['x-request-id'],
    ])
    const times = body.map(({ recorded_at }: { recorded_at: string }) => Date.parse(recorded_at))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(Date.now() - times[0]).toBeLessThan(60_000)
  })

  it('names the account and the request of a bulk request', async () => {
    const transactions = Array.from({ length: 2 }, () => ({
      user_id: cast.user.id,
      transaction_date: '2026-03-01',
      transaction_amount: 5,
      transaction_type: 'debit',
    }))
    const { body, headers } = await cast.service.call('bulkCreateTransactions', {
      body: { transactions },
      token: cast.staff.token,
    })
    for (const { transaction } of body.results) {
      const [version] = (await history(transaction.id, cast.user.token)).body
      expect(version).toMatchObject({
        change: 'created',
        actor_id: cast.staff.id,
        request_id: headers['x-request-id'],
        transaction,
      })
    }
  })

  it('names the account of an import', async () => {
    const load = openRecordLoads(cast.service)
    const header = 'user_id,transaction_date,transaction_amount,transaction_type,reference'
    const rows = `${cast.other.id},2026-01-31,7,debit,I-1\n${cast.other.id},2026-01-31,8,debit,I-2`
    await load('transactions', cast.staff, `${header}\n${rows}`)
    const { body } = await cast.service.call('listUserTransactions', {
      params: { id: cast.other.id },
      token: cast.other.token,
    })
    expect(body).toHaveLength(2)
    for (const { id } of body) {
      const versions = (await history(id, cast.other.token)).body
      expect(versions).toMatchObject([{ change: 'created', actor_id: cast.staff.id }])
      expect(versions[0].request_id).toEqual(expect.any(String))
    }
  })

  it('names nobody for a change that bypassed Passbook', async () => {
    const { id } = await book()
    await cast.service.database.query(
      'UPDATE transactions SET transaction_amount = 3 WHERE id = $1',
      [id],
    )
    const [, version] = (await history(id, cast.user.token)).body
    expect(version).toMatchObject({
      change: 'updated',
      transaction: { transaction_amount: '3.00' },
    })
    expect(version).not.toHaveProperty('actor_id')
    expect(version).not.toHaveProperty('request_id')
  })

  it('leaves no version of a change that is refused', async () => {
    const { id } = await book()
    expect((await update(id, { transaction_amount: '1.234' })).status).toBe(422)
    const check = await cast.service.call('previewTransaction', {
      token: cast.user.token,
      body: {
        user_id: cast.user.id,
        transaction_date: '2026-03-01',
        transaction_amount: 5,
        transaction_type: 'debit',
      },
    })
    expect(check.status).toBe(200)
    expect(changesOf((await history(id, cast.user.token)).body)).toEqual(['created'])
  })

  it('has pages', async () => {
    const { id } = await book()
    for (const description of ['one', 'two', 'three']) await update(id, { description })
    const first = await history(id, cast.staff.token, { page: 1, per_page: 3 })
    expect([first.body.length, first.headers['x-total-count']]).toEqual([3, '4'])
    const begin = await history(id, cast.staff.token, { cursor: '', per_page: 3 })
    expect(begin.body).toEqual(first.body)
    const cursor = String(begin.headers['x-next-cursor'])
    const { body, headers } = await history(id, cast.staff.token, { cursor, per_page: 3 })
    expect(body).toMatchObject([{ transaction: { description: 'three' } }])
    expect(headers['x-next-cursor']).toBeUndefined()
  })

  it('answers 404 for somebody else’s, deleted or not, and for an unknown id', async () => {
    const { id } = await book()
    expect((await history(id, cast.other.token)).status).toBe(404)
    await remove(id)
    const { status, body } = await history(id, cast.other.token)
    expect([status, body.detail]).toEqual([404, `Transaction with ID ${id} not found`])
    expect((await history(999_999_999, cast.staff.token)).status).toBe(404)
  })

  it('ends with its user', async () => {
    const customer = await cast.service.createCustomer(cast.staff.token)
    const { id } = await cast.service.createTransaction(cast.staff.token, { user_id: customer.id })
    await remove(id, cast.staff.token)
    expect((await history(id, cast.staff.token)).status).toBe(200)
    await cast.service.call('deleteUser', { params: { id: customer.id }, token: cast.staff.token })
    expect((await history(id, cast.staff.token)).status).toBe(404)
  })

  it.each(['0', 'abc'])('refuses the id %s', async (id) => {
    const { status, body } = await history(id, cast.user.token)
    expect([status, body.errors[0]]).toMatchObject([422, { in: 'path', path: 'id' }])
  })

  it('refuses an unknown parameter', async () => {
    const { body } = await history(1, cast.user.token, { sort: 'id' })
    expect(body.errors[0]).toMatchObject({ in: 'query', path: 'sort', code: 'unknown_parameter' })
  })

  it('needs a token', async () => {
    expect((await history(1)).status).toBe(401)
  })
})
