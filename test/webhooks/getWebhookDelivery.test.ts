import { describe, expect, it } from 'vitest'
import { asAdmin, passTime, tried, useHooks } from './hooks.ts'
import { makeDelivery, makeEndpoint } from './made.ts'

const { cast, hook, book } = useHooks()

const get = (id: number, did: number, headers: Record<string, string> = {}) =>
  asAdmin(cast, 'getWebhookDelivery', { params: { id, did }, headers })

describe('getWebhookDelivery', () => {
  it('answers with the attempts, newest first, and what the receiver said', async () => {
    const secret = 'Jane Doe, 50100234567890'
    const { endpoint } = await hook(undefined, (_, index, response) =>
      response.writeHead(500 + index).end(`${secret} ${index} \u0000`),
    )
    await book()
    await tried(cast, endpoint, 1)
    await passTime(cast)
    const { id } = await tried(cast, endpoint, 2)
    const { status, headers, body } = await get(endpoint.id, id)
    expect([status, body.status, body.attempt_count]).toEqual([200, 'pending', 2])
    const times = { started_at: expect.any(String), duration_ms: expect.any(Number) }
    expect(body.attempts).toEqual([
      { ...times, status: 501, answer: `${secret} 1 ` },
      { ...times, status: 500, answer: `${secret} 0 ` },
    ])
    const etag = { 'if-none-match': String(headers['etag']) }
    expect((await get(endpoint.id, id, etag)).status).toBe(304)
    // What a receiver says may be anything, so it is encrypted.
    const rows = await cast.service.database.query<{ answer: Buffer }>(
      'SELECT answer FROM webhook_attempts WHERE delivery_id = $1',
      [id],
    )
    expect(rows.map(({ answer }) => answer.includes('Jane'))).toEqual([false, false])
  })

  it('says why there was no answer', async () => {
    const { endpoint } = await hook(undefined, (_, __, response) => response.destroy())
    await book()
    const delivery = await tried(cast, endpoint, 1)
    expect(delivery.attempts).toEqual([
      {
        started_at: expect.any(String),
        duration_ms: expect.any(Number),
        error: 'connection',
      },
    ])
  })

  it('keeps the last 10 attempts', async () => {
    const endpoint = await makeEndpoint(cast, { enabled: false })
    const id = await makeDelivery(cast, endpoint, 'pending')
    const { database } = cast.service
    const lease = '00000000-0000-4000-8000-000000000000'
    await database.query(
      `INSERT INTO webhook_lanes (user_id, endpoint_id, due_at, lease, leased_until)
       VALUES ($1, $2, now(), $3, now() + interval '1 minute')`,
      [cast.user.id, endpoint.id, lease],
    )
    for (let index = 0; index < 13; index += 1) {
      await database.query(
        `SELECT end_webhook_attempt($1, $2, $3, $4, 'pending', now(), now(), $5, NULL, 'dns', NULL)`,
        [cast.user.id, endpoint.id, lease, id, index],
      )
    }
    const { body } = await get(endpoint.id, id)
    const durations = body.attempts.map((one: { duration_ms: number }) => one.duration_ms)
    expect(durations).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3])
  })

  it('answers 404 for what is none of the endpoint’s', async () => {
    const one = await makeEndpoint(cast)
    const other = await makeEndpoint(cast)
    const did = await makeDelivery(cast, other)
    const { status, body } = await get(one.id, did)
    expect([status, body.detail]).toEqual([404, `Webhook delivery with ID ${did} not found`])
    expect((await get(999_999, did)).status).toBe(404)
    expect((await get(other.id, 0)).status).toBe(422)
  })

  it('is for admins, with a token', async () => {
    const endpoint = await makeEndpoint(cast)
    const params = { id: endpoint.id, did: await makeDelivery(cast, endpoint) }
    for (const { token } of [cast.user, cast.staff]) {
      expect((await cast.service.call('getWebhookDelivery', { params, token })).status).toBe(403)
    }
    expect((await cast.service.call('getWebhookDelivery', { params })).status).toBe(401)
  })
})
