import { beforeEach, describe, expect, it } from 'vitest'
import { createBusiestUsers } from '../../src/features/analytics/busiest-users.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast({ worker: true })

beforeEach(() => cast.service.database.query(`DELETE FROM users WHERE username IS NULL`))

/** A customer with so many transactions of 10.50 in a currency. */
async function bookBy(name: string, count: number, currency = 'USD', type = 'credit') {
  const { service, staff } = cast
  const customer = await service.createCustomer(staff.token, { name })
  await book(customer.id, count, currency, type)
  return customer
}

async function book(user_id: number, count: number, currency: string, type = 'credit') {
  const transactions = Array.from({ length: count }, (_, index) => ({
    user_id,
    transaction_date: `2026-03-0${(index % 2) + 1}`,
    transaction_amount: currency === 'JPY' ? '10' : '10.50',
    transaction_type: type,
    currency,
  }))
  const { service, staff } = cast
  await service.call('bulkCreateTransactions', { body: { transactions }, token: staff.token })
  await service.settled()
}

const list = (query = {}, token = cast.staff.token) =>
  cast.service.call('listBusiestUsers', { query, token })

const shown = async (query = {}) =>
  (await list(query)).body.map(
    ({ name, currency, transaction_count }: Record<string, unknown>) =>
      `${name}: ${transaction_count} ${currency}`,
  )

describe('listBusiestUsers', () => {
  it('shows name and totals of who has transactions, the busiest first', async () => {
    await cast.service.createCustomer(cast.staff.token, { name: 'Without Any' })
    const one = await bookBy('One Payer', 1, 'JPY', 'debit')
    const three = await bookBy('Three Payer', 3)
    const { status, body } = await list()
    expect(status).toBe(200)
    expect(body).toEqual([
      {
        user_id: three.id,
        name: 'Three Payer',
        currency: 'USD',
        transaction_count: 3,
        total_credit: '31.50',
        total_debit: '0.00',
        busiest_day: { date: '2026-03-01', transaction_count: 2 },
      },
      {
        user_id: one.id,
        name: 'One Payer',
        currency: 'JPY',
        transaction_count: 1,
        total_credit: '0',
        total_debit: '10',
        busiest_day: { date: '2026-03-01', transaction_count: 1 },
      },
    ])
  })

  it('lists each currency of a user, and of equally busy users the first', async () => {
    const first = await bookBy('First', 2, 'EUR')
    await bookBy('Second', 2)
    await book(first.id, 2, 'USD')
    expect(await shown()).toEqual(['First: 2 EUR', 'First: 2 USD', 'Second: 2 USD'])
  })

  it('answers with the busiest alone when limited', async () => {
    await bookBy('One', 1)
    await bookBy('Two', 2)
    expect(await shown({ limit: 1 })).toEqual(['Two: 2 USD'])
  })

  it('no longer lists who was deleted, nor transactions that were', async () => {
    const gone = await bookBy('Gone', 3)
    const stays = await bookBy('Stays', 2)
    const { service, staff } = cast
    await service.call('deleteUser', { params: { id: gone.id }, token: staff.token })
    expect(await shown()).toEqual(['Stays: 2 USD'])
    await service.database.query('DELETE FROM transactions WHERE user_id = $1', [stays.id])
    await service.settled()
    expect(await shown()).toEqual([])
  })

  it('leaves out who is deleted while it is read', async () => {
    const { service } = cast
    await bookBy('Gone', 3)
    await bookBy('Stays', 2)
    const { database } = service.services
    const users = {
      async findMany(ids: readonly number[]) {
        await service.database.query('DELETE FROM users WHERE id = $1', [ids[0]])
        return await service.services.users.findMany(ids)
      },
    }
    const entries = await createBusiestUsers({ database, users }).list(5)
    expect(entries.map(({ name }) => name)).toEqual(['Stays'])
  })

  it.each([
    [{ limit: 0 }, 'limit', 'minimum'],
    [{ limit: 101 }, 'limit', 'maximum'],
    [{ limit: 'ten' }, 'limit', 'type'],
    [{ currency: 'USD' }, 'currency', 'unknown_parameter'],
  ])('refuses %j', async (query, path, code) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it('is for staff and admins', async () => {
    expect((await list({}, cast.admin.token)).status).toBe(200)
    expect((await list({}, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('listBusiestUsers')).status).toBe(401)
  })

  it('takes a key that may read figures and users', async () => {
    const { service, admin } = cast
    const keyOf = async (scopes: readonly string[]) => {
      const body = { name: 'Key', scopes }
      return (await service.call('createApiKey', { token: admin.token, body })).body.key
    }
    expect((await list({}, await keyOf(['analytics:read', 'users:read']))).status).toBe(200)
    expect((await list({}, await keyOf(['analytics:read']))).status).toBe(403)
  })
})
