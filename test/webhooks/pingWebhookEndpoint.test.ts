import { describe, expect, it } from 'vitest'
import { asAdmin, settled, tried, useHooks } from './hooks.ts'
import { makeEndpoint } from './made.ts'
import { verify } from './receiver.ts'

const { cast, hook, book } = useHooks()

const ping = (id: number, headers: Record<string, string> = {}) =>
  asAdmin(cast, 'pingWebhookEndpoint', { params: { id }, headers })

describe('pingWebhookEndpoint', () => {
  it('has a signed test event sent, whatever the endpoint wants', async () => {
    const { endpoint, receiver } = await hook(['alert.raised'])
    const { status, headers, body } = await ping(endpoint.id, { 'x-request-id': 'ping-1' })
    expect(status).toBe(202)
    expect(headers['location']).toBe(`/v1/webhook-endpoints/${endpoint.id}/deliveries/${body.id}`)
    expect(body).toMatchObject({ endpoint_id: endpoint.id, type: 'ping', status: 'pending' })
    const [got] = await receiver.got(1)
    const sent = verify(endpoint.secret, got as NonNullable<typeof got>)
    expect(sent).toEqual({
      type: 'ping',
      timestamp: body.created_at,
      data: { endpoint_id: endpoint.id, delivery_id: body.id },
      request_id: 'ping-1',
    })
    expect(got?.headers).toMatchObject({
      'webhook-id': `ping_${body.id}`,
      'x-request-id': 'ping-1',
    })
    const [delivery] = await settled(cast, endpoint)
    expect(delivery).toMatchObject({ id: body.id, status: 'delivered', attempt_count: 1 })
  })

  it('is tried once', async () => {
    const { endpoint } = await hook(undefined, (_, __, response) => response.writeHead(500).end())
    await ping(endpoint.id)
    const [delivery] = await settled(cast, endpoint)
    expect(delivery).toMatchObject({ status: 'failed', attempt_count: 1 })
  })

  it('waits for no event that fails, and lets that wait on', async () => {
    const { endpoint, receiver } = await hook(['transaction.created'], ({ body }, _, response) =>
      response.writeHead(body.type === 'ping' ? 204 : 500).end(),
    )
    const own = { user_id: cast.admin.id }
    await cast.service.createTransaction(cast.admin.token, {
      ...own,
      transaction_amount: '1.00',
    })
    const { next_attempt_at } = await tried(cast, endpoint, 1)
    await ping(endpoint.id)
    await receiver.got(2)
    expect(receiver.received.map(({ body }) => body.type)).toEqual(['transaction.created', 'ping'])
    expect((await tried(cast, endpoint, 1)).next_attempt_at).toBe(next_attempt_at)
  })

  it('sends one when a request is sent again', async () => {
    const { endpoint, receiver } = await hook()
    const once = { 'idempotency-key': 'ping-once' }
    const [first, second] = [await ping(endpoint.id, once), await ping(endpoint.id, once)]
    expect([second.body, second.headers['idempotency-replayed']]).toEqual([first.body, 'true'])
    await book()
    await receiver.got(2)
    await settled(cast, endpoint)
    expect(receiver.received.map(({ body }) => body.type).sort()).toEqual([
      'ping',
      'transaction.created',
    ])
  })

  it('refuses a disabled endpoint', async () => {
    const { id } = await makeEndpoint(cast, { enabled: false })
    const { status, body } = await ping(id)
    expect([status, body.code]).toEqual([409, 'webhook_endpoint_disabled'])
  })

  it('answers 404 for an unknown id and 422 for none, and is for admins with a token', async () => {
    expect((await ping(999_999)).status).toBe(404)
    expect((await ping(0)).status).toBe(422)
    const params = { id: (await makeEndpoint(cast, { enabled: false })).id }
    for (const { token } of [cast.user, cast.staff]) {
      expect((await cast.service.call('pingWebhookEndpoint', { params, token })).status).toBe(403)
    }
    expect((await cast.service.call('pingWebhookEndpoint', { params })).status).toBe(401)
  })
})
