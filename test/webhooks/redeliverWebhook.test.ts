import { describe, expect, it, vi } from 'vitest'
import { asAdmin, deliveriesOf, passTime, settled, tried, useHooks } from './hooks.ts'
import { makeDelivery, makeEndpoint } from './made.ts'

const { cast, hook, book } = useHooks()

const redeliver = (id: number, did: number, headers: Record<string, string> = {}) =>
  asAdmin(cast, 'redeliverWebhook', { params: { id, did }, headers })

describe('redeliverWebhook', () => {
  it('sends again what was delivered, under the same id', async () => {
    const { endpoint, receiver } = await hook()
    await book()
    const [delivered] = await settled(cast, endpoint)
    const { status, headers, body } = await redeliver(endpoint.id, delivered.id)
    const path = `/v1/webhook-endpoints/${endpoint.id}/deliveries/${delivered.id}`
    expect([status, headers['location']]).toEqual([202, path])
    expect(body).toMatchObject({ id: delivered.id, status: 'pending', attempt_count: 0 })
    const [first, second] = await receiver.got(2)
    expect(second?.text).toBe(first?.text)
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    const [again] = await settled(cast, endpoint)
    expect([again.status, again.attempts.length]).toEqual(['delivered', 2])
  })

  it('tries now what waits for its next attempt, and its successors after it', async () => {
    const { endpoint, receiver } = await hook(undefined, (_, index, response) =>
      response.writeHead(index === 0 ? 500 : 204).end(),
    )
    const one = await book()
    const { id } = await tried(cast, endpoint, 1)
    const two = await book()
    expect((await redeliver(endpoint.id, id)).status).toBe(202)
    await receiver.got(3)
    const deliveries = await settled(cast, endpoint)
    expect(deliveries.map(({ status }: { status: string }) => status)).toEqual([
      'delivered',
      'delivered',
    ])
    const sent = receiver.received.map(({ body }) => body.data.transaction_id)
    expect(sent).toEqual([one.id, one.id, two.id])
  })

  it('tries the first of a lane when asked for one that waits for it', async () => {
    const { endpoint, receiver } = await hook(undefined, (_, index, response) =>
      response.writeHead(index === 0 ? 500 : 204).end(),
    )
    await book()
    await tried(cast, endpoint, 1)
    await book()
    const second = await vi.waitFor(async () => {
      const [, delivery] = await deliveriesOf(cast, endpoint)
      expect(delivery).toBeDefined()
      return delivery
    })
    await redeliver(endpoint.id, second.id)
    await settled(cast, endpoint)
    expect(receiver.received).toHaveLength(3)
  })

  it('gives what failed all its attempts again', async () => {
    const { endpoint } = await hook(undefined, (_, __, response) => response.writeHead(500).end())
    await book()
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await tried(cast, endpoint, attempt)
      await passTime(cast)
    }
    const [failed] = await settled(cast, endpoint)
    expect([failed.status, failed.attempt_count]).toEqual(['failed', 10])
    await redeliver(endpoint.id, failed.id)
    expect(await tried(cast, endpoint, 1)).toMatchObject({ status: 'pending' })
  })

  it('refuses a disabled endpoint', async () => {
    const endpoint = await makeEndpoint(cast, { enabled: false })
    const { status, body } = await redeliver(endpoint.id, await makeDelivery(cast, endpoint))
    expect([status, body.code]).toEqual([409, 'webhook_endpoint_disabled'])
  })

  it('answers 404 for what is none of the endpoint’s, and 422 for no id', async () => {
    const [one, other] = [await makeEndpoint(cast), await makeEndpoint(cast)]
    const did = await makeDelivery(cast, other)
    expect((await redeliver(one.id, did)).status).toBe(404)
    expect((await redeliver(999_999, did)).status).toBe(404)
    expect((await redeliver(other.id, 0)).status).toBe(422)
  })

  it('is for admins, with a token', async () => {
    const endpoint = await makeEndpoint(cast)
    const params = { id: endpoint.id, did: await makeDelivery(cast, endpoint) }
    for (const { token } of [cast.user, cast.staff]) {
      expect((await cast.service.call('redeliverWebhook', { params, token })).status).toBe(403)
    }
    expect((await cast.service.call('redeliverWebhook', { params })).status).toBe(401)
  })
})
