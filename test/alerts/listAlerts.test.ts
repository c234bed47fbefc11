import { beforeAll, describe, expect, it } from 'vitest'
import { createKey } from '../access/scene.ts'
import { useCast } from '../setup/cast.ts'
import { insertBookings, storeScore } from './alerts.ts'

const cast = useCast()
let customer: number

const list = (query = {}, token = cast.staff.token) =>
  cast.service.call('listAlerts', { query, token })

const kindsOf = (body: readonly { readonly kind: string }[]) => body.map(({ kind }) => kind)

beforeAll(async () => {
  const { service, staff, admin, user } = cast
  const { database } = service
  customer = (await service.createCustomer(staff.token)).id
  const raise = () => service.services.alerts.raise([customer, user.id])
  await insertBookings(database, customer, [
    { date: '2026-03-01', amount: '10000.50' },
    ...Array.from({ length: 21 }, () => ({ date: '2026-03-02', amount: 1, currency: 'KWD' })),
  ])
  await service.services.analytics.recompute([customer])
  await raise()
  for (const score of [700, 500]) await storeScore(database, user.id, score)
  await raise()
  const [first] = (await list({ kind: 'large_transaction' }, admin.token)).body
  const request = { params: { id: first.id }, body: { status: 'acknowledged' } }
  await service.call('updateAlert', { ...request, token: admin.token })
})

describe('listAlerts', () => {
  it('lists what was raised, newest first, with what each kind has', async () => {
    const { status, body, headers } = await list()
    expect([status, headers['x-total-count']]).toEqual([200, '3'])
    const always = {
      id: expect.any(Number),
      created_at: expect.any(String),
      updated_at: expect.any(String),
    }
    expect(body[0]).toEqual({
      ...always,
      user_id: cast.user.id,
      kind: 'score_drop',
      status: 'open',
      score: 500,
      previous_score: 700,
    })
    expect(body.slice(1)).toEqual(
      expect.arrayContaining([
        {
          ...always,
          user_id: customer,
          kind: 'unusual_velocity',
          status: 'open',
          currency: 'KWD',
          date: '2026-03-02',
          transaction_count: 21,
          count_limit: 19,
        },
        {
          ...always,
          user_id: customer,
          kind: 'large_transaction',
          status: 'acknowledged',
          transaction_id: expect.any(Number),
          currency: 'USD',
          amount: '10000.50',
          amount_limit: '10000.00',
          acknowledged_by: cast.admin.id,
          acknowledged_at: expect.any(String),
        },
      ]),
    )
  })

  it('filters by status, kind and user, also together', async () => {
    expect(kindsOf((await list({ status: 'acknowledged' })).body)).toEqual(['large_transaction'])
    expect((await list({ status: 'open' })).body).toHaveLength(2)
    expect(kindsOf((await list({ kind: 'score_drop' })).body)).toEqual(['score_drop'])
    expect((await list({ user_id: customer })).body).toHaveLength(2)
    const together = { user_id: customer, kind: 'unusual_velocity', status: 'open' }
    expect(kindsOf((await list(together)).body)).toEqual(['unusual_velocity'])
    expect((await list({ ...together, user_id: cast.user.id })).body).toEqual([])
    expect((await list({ user_id: 999_999 })).body).toEqual([])
  })

  it('is read by cursor', async () => {
    const all = (await list()).body
    const first = await list({ cursor: '', per_page: 2 })
    const cursor = String(first.headers['x-next-cursor'])
    const second = await list({ cursor, per_page: 2 })
    expect([...first.body, ...second.body]).toEqual(all)
    expect(second.headers).not.toHaveProperty('x-next-cursor')
  })

  it('refuses what it does not know', async () => {
    for (const [query, path] of [
      [{ status: 'closed' }, 'status'],
      [{ kind: 'other' }, 'kind'],
      [{ user_id: 'x' }, 'user_id'],
      [{ cursor: 'x' }, 'cursor'],
    ] as const) {
      const { status, body } = await list(query)
      expect([status, body.errors[0].path]).toEqual([422, path])
    }
  })

  it('is for staff, admins and keys with the scope', async () => {
    const { service, staff, user } = cast
    const keyOf = (scope: 'alerts:read' | 'users:read') =>
      createKey(service, { ...staff, role: 'staff' }, [scope])
    expect((await service.call('listAlerts')).status).toBe(401)
    expect((await list({}, user.token)).status).toBe(403)
    expect((await list({}, await keyOf('users:read'))).status).toBe(403)
    expect((await list({}, await keyOf('alerts:read'))).status).toBe(200)
  })
})
