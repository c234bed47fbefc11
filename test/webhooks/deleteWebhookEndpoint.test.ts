import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { asAdmin } from './hooks.ts'
import { makeDelivery, makeEndpoint } from './made.ts'

const cast = useCast()

const remove = (id: number, headers: Record<string, string> = {}) =>
  asAdmin(cast, 'deleteWebhookEndpoint', { params: { id }, headers })

const count = async (table: string, id: number) =>
  (
    await cast.service.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${table} WHERE endpoint_id = $1`,
      [id],
    )
  )[0]?.count

describe('deleteWebhookEndpoint', () => {
  it('deletes the endpoint, and the sweep its deliveries', async () => {
    const gone = await makeEndpoint(cast)
    const kept = await makeEndpoint(cast)
    for (const endpoint of [gone, kept]) {
      await makeDelivery(cast, endpoint)
      await makeDelivery(cast, endpoint, 'pending')
      await asAdmin(cast, 'pingWebhookEndpoint', { params: { id: endpoint.id } })
    }
    expect((await remove(gone.id)).status).toBe(204)
    const params = { id: gone.id }
    expect((await asAdmin(cast, 'getWebhookEndpoint', { params })).status).toBe(404)
    expect((await asAdmin(cast, 'listWebhookDeliveries', { params })).status).toBe(404)
    await cast.service.services.webhooks.sweep()
    expect(await count('webhook_deliveries', gone.id)).toBe(0)
    expect(await count('webhook_lanes', gone.id)).toBe(0)
    expect(await count('webhook_deliveries', kept.id)).toBe(3)
    expect(await count('webhook_lanes', kept.id)).toBe(1)
  })

  it('refuses to delete what was changed since', async () => {
    const { id } = await makeEndpoint(cast)
    const { headers } = await asAdmin(cast, 'getWebhookEndpoint', { params: { id } })
    await asAdmin(cast, 'updateWebhookEndpoint', { params: { id }, body: { enabled: false } })
    expect((await remove(id, { 'if-match': String(headers['etag']) })).status).toBe(412)
  })

  it('leaves an audit entry', async () => {
    const { id } = await makeEndpoint(cast)
    await remove(id)
    const query = { action: 'webhook_endpoint.delete' }
    const { body } = await asAdmin(cast, 'listAuditEntries', { query })
    expect(body[0]).toMatchObject({ subject: `webhook_endpoint:${id}`, actor_id: cast.admin.id })
  })

  it('answers 404 for an unknown id and 422 for none, and is for admins with a token', async () => {
    expect((await remove(999_999)).status).toBe(404)
    expect((await remove(0)).status).toBe(422)
    const params = { id: (await makeEndpoint(cast)).id }
    for (const { token } of [cast.user, cast.staff]) {
      expect((await cast.service.call('deleteWebhookEndpoint', { params, token })).status).toBe(403)
    }
    expect((await cast.service.call('deleteWebhookEndpoint', { params })).status).toBe(401)
  })
})

describe('the sweep of deliveries', () => {
  it('deletes those that are older than events are kept, and their attempts', async () => {
    const endpoint = await makeEndpoint(cast)
    const [old, young] = [await makeDelivery(cast, endpoint), await makeDelivery(cast, endpoint)]
    await cast.service.database.query(
      `UPDATE webhook_deliveries SET created_at = now() - interval '30 days 1 minute' WHERE id = $1`,
      [old],
    )
    await cast.service.database.query(
      `INSERT INTO webhook_attempts (user_id, delivery_id, started_at, duration_ms, error)
       VALUES ($1, $2, now(), 1, 'dns')`,
      [cast.user.id, old],
    )
    await cast.service.services.webhooks.sweep()
    const params = { id: endpoint.id }
    const { body } = await asAdmin(cast, 'listWebhookDeliveries', { params })
    expect(body.map(({ id }: { id: number }) => id)).toEqual([young])
    expect(await cast.service.database.query('SELECT FROM webhook_attempts')).toEqual([])
  })
})
