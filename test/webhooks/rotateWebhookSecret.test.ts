import { describe, expect, it } from 'vitest'
import { asAdmin, type Endpoint, settled, useHooks } from './hooks.ts'
import { makeEndpoint } from './made.ts'
import { verify } from './receiver.ts'

const { cast, hook, book } = useHooks()

const rotate = (id: number, headers: Record<string, string> = {}) =>
  asAdmin(cast, 'rotateWebhookSecret', { params: { id }, headers })

const rotated = async ({ id }: Endpoint): Promise<string> => (await rotate(id)).body.secret

describe('rotateWebhookSecret', () => {
  it('answers with a new secret, this once and for nothing to keep', async () => {
    const endpoint = await makeEndpoint(cast)
    const { status, headers, body } = await rotate(endpoint.id)
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(body.secret).not.toBe(endpoint.secret)
    const { secret: _, ...shown } = body
    const params = { id: endpoint.id }
    expect((await asAdmin(cast, 'getWebhookEndpoint', { params })).body).toEqual(shown)
  })

  it('has both secrets sign for a day, and the new one alone after it', async () => {
    const { endpoint, receiver } = await hook()
    const next = await rotated(endpoint)
    await book()
    const [both] = await receiver.got(1)
    expect(both?.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/)
    for (const secret of [endpoint.secret, next]) verify(secret, both as NonNullable<typeof both>)
    await cast.service.database.query('UPDATE webhook_endpoints SET former_until = now()')
    await book()
    const [, one] = await receiver.got(2)
    verify(next, one as NonNullable<typeof one>)
    expect(() => verify(endpoint.secret, one as NonNullable<typeof one>)).toThrow('No matching')
    await settled(cast, endpoint)
  })

  it('leaves two secrets at most', async () => {
    const { endpoint, receiver } = await hook()
    const second = await rotated(endpoint)
    const third = await rotated(endpoint)
    await book()
    const [got] = await receiver.got(1)
    for (const secret of [second, third]) verify(secret, got as NonNullable<typeof got>)
    expect(() => verify(endpoint.secret, got as NonNullable<typeof got>)).toThrow('No matching')
    await settled(cast, endpoint)
  })

  it('rotates once when a request is sent again', async () => {
    const { id } = await makeEndpoint(cast)
    const once = { 'idempotency-key': 'rotate-once' }
    const [first, second] = [await rotate(id, once), await rotate(id, once)]
    expect(second.body).toEqual(first.body)
    expect(second.headers).toMatchObject({
      'idempotency-replayed': 'true',
      'cache-control': 'no-store',
    })
  })

  it('leaves an audit entry without the secret', async () => {
    const endpoint = await makeEndpoint(cast)
    const secret = await rotated(endpoint)
    const query = { action: 'webhook_endpoint.rotate_secret' }
    const { body } = await asAdmin(cast, 'listAuditEntries', { query })
    expect(body[0]).toMatchObject({ subject: `webhook_endpoint:${endpoint.id}` })
    expect(JSON.stringify(body)).not.toContain(secret)
  })

  it('answers 404 for an unknown id and 422 for none, and is for admins with a token', async () => {
    expect((await rotate(999_999)).status).toBe(404)
    expect((await rotate(0)).status).toBe(422)
    const params = { id: (await makeEndpoint(cast)).id }
    for (const { token } of [cast.user, cast.staff]) {
      expect((await cast.service.call('rotateWebhookSecret', { params, token })).status).toBe(403)
    }
    expect((await cast.service.call('rotateWebhookSecret', { params })).status).toBe(401)
  })
})
