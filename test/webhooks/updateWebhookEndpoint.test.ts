import { describe, expect, it } from 'vitest'
import { asAdmin, nothingIsUntold, passTime, settled, tried, useHooks } from './hooks.ts'
import { makeEndpoint } from './made.ts'

const { cast, hook, book } = useHooks({ WEBHOOK_ALLOW_PRIVATE: 'true' })

const update = (id: number, body: unknown, headers: Record<string, string> = {}) =>
  asAdmin(cast, 'updateWebhookEndpoint', { params: { id }, body, headers })

describe('updateWebhookEndpoint', () => {
  it('changes the given fields and leaves the others', async () => {
    const { secret: _, ...endpoint } = await makeEndpoint(cast, { description: 'First' })
    const url = 'https://hooks.example.com/other'
    const { status, body } = await update(endpoint.id, { url, event_types: ['alert.raised'] })
    const updated_at = expect.any(String)
    expect([status, body]).toEqual([
      200,
      { ...endpoint, url, event_types: ['alert.raised'], updated_at },
    ])
    expect((await update(endpoint.id, { description: null })).body).not.toHaveProperty(
      'description',
    )
  })

  it('disables and enables', async () => {
    const { id } = await makeEndpoint(cast)
    expect((await update(id, { enabled: false })).body).toMatchObject({
      enabled: false,
      disabled_reason: 'request',
    })
    const { body } = await update(id, { enabled: true })
    expect(body.enabled).toBe(true)
    expect(body).not.toHaveProperty('disabled_at')
    expect(body).not.toHaveProperty('disabled_reason')
  })

  it('sends what waited once it is enabled again, and nothing that happened meanwhile', async () => {
    const { endpoint, receiver } = await hook(undefined, (_, __, response) =>
      response.writeHead(500).end(),
    )
    const waiting = await book()
    await tried(cast, endpoint, 1)
    await update(endpoint.id, { enabled: false })
    await book()
    await nothingIsUntold(cast)
    await passTime(cast)
    receiver.answers((_, __, response) => response.writeHead(204).end())
    await update(endpoint.id, { enabled: true })
    const later = await book()
    await receiver.got(3)
    await settled(cast, endpoint)
    const ids = receiver.received.map(({ body }) => body.data.transaction_id)
    expect(ids).toEqual([waiting.id, waiting.id, later.id])
  })

  it('refuses a change of what was changed since', async () => {
    const { id } = await makeEndpoint(cast)
    const { headers } = await asAdmin(cast, 'getWebhookEndpoint', { params: { id } })
    const condition = { 'if-match': String(headers['etag']) }
    expect((await update(id, { description: 'One' }, condition)).status).toBe(200)
    expect((await update(id, { description: 'Two' }, condition)).status).toBe(412)
  })

  it.each([
    ['', 'minProperties', {}],
    ['/url', 'credentials', { url: 'https://a:b@hooks.example.com/' }],
    ['/event_types', 'all_types', { event_types: ['user.created', '*'] }],
    ['/enabled', 'type', { enabled: null }],
    ['/secret', 'unknown_field', { secret: 'whsec_mine' }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const { id } = await makeEndpoint(cast)
    const answer = await update(id, body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ in: 'body', path, code }))
  })

  it('leaves an audit entry', async () => {
    const { id } = await makeEndpoint(cast)
    await update(id, { enabled: false })
    const query = { action: 'webhook_endpoint.update' }
    const { body } = await asAdmin(cast, 'listAuditEntries', { query })
    expect(body[0]).toMatchObject({ subject: `webhook_endpoint:${id}`, actor_id: cast.admin.id })
  })

  it('answers 404 for an unknown id, and is for admins with a token', async () => {
    const body = { enabled: true }
    expect((await update(999_999, body)).status).toBe(404)
    const params = { id: (await makeEndpoint(cast)).id }
    for (const { token } of [cast.user, cast.staff]) {
      const answer = await cast.service.call('updateWebhookEndpoint', { params, body, token })
      expect(answer.status).toBe(403)
    }
    expect((await cast.service.call('updateWebhookEndpoint', { params, body })).status).toBe(401)
  })
})
