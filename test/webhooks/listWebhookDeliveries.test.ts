import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { asAdmin } from './hooks.ts'
import { makeDelivery, makeEndpoint } from './made.ts'

const cast = useCast()

const list = (id: number, query: Record<string, string | number> = {}) =>
  asAdmin(cast, 'listWebhookDeliveries', { params: { id }, query })
const ids = (body: readonly { readonly id: number }[]) => body.map(({ id }) => id)

describe('listWebhookDeliveries', () => {
  it('lists those of the endpoint alone, newest first, by status', async () => {
    const endpoint = await makeEndpoint(cast)
    const other = await makeEndpoint(cast)
    await makeDelivery(cast, other)
    const failed = await makeDelivery(cast, endpoint)
    const pending = await makeDelivery(cast, endpoint, 'pending')
    const delivered = await makeDelivery(cast, endpoint, 'delivered')
    expect(ids((await list(endpoint.id)).body)).toEqual([delivered, pending, failed])
    for (const [status, id] of Object.entries({ failed, pending, delivered })) {
      expect(ids((await list(endpoint.id, { status })).body)).toEqual([id])
    }
    const { body } = await list(endpoint.id, { status: 'failed' })
    expect(body).toEqual([
      {
        id: failed,
        endpoint_id: endpoint.id,
        event_id: 1,
        user_id: cast.user.id,
        type: 'user.created',
        status: 'failed',
        attempt_count: 10,
        created_at: expect.any(String),
        finished_at: expect.any(String),
        attempts: [],
      },
    ])
  })

  it('goes on by a cursor, while others are added', async () => {
    const endpoint = await makeEndpoint(cast)
    const made: number[] = []
    for (let index = 0; index < 5; index += 1) made.unshift(await makeDelivery(cast, endpoint))
    const first = await list(endpoint.id, { per_page: 2, cursor: '' })
    await makeDelivery(cast, endpoint)
    const next = String(first.headers['x-next-cursor'])
    const second = await list(endpoint.id, { per_page: 2, cursor: next })
    const last = String(second.headers['x-next-cursor'])
    const third = await list(endpoint.id, { per_page: 2, cursor: last })
    expect(ids([...first.body, ...second.body, ...third.body])).toEqual(made)
    expect(third.headers['x-next-cursor']).toBeUndefined()
    expect(first.headers['x-total-count']).toBeUndefined()
  })

  it('refuses what it does not know', async () => {
    const { id } = await makeEndpoint(cast)
    for (const query of [{ status: 'lost' }, { cursor: 'x' }, { per_page: 0 }]) {
      expect((await list(id, query as Record<string, string>)).status).toBe(422)
    }
  })

  it('answers 404 for an unknown endpoint, and is for admins with a token', async () => {
    expect((await list(999_999)).status).toBe(404)
    const params = { id: (await makeEndpoint(cast)).id }
    for (const { token } of [cast.user, cast.staff]) {
      expect((await cast.service.call('listWebhookDeliveries', { params, token })).status).toBe(403)
    }
    expect((await cast.service.call('listWebhookDeliveries', { params })).status).toBe(401)
  })
})
