import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const create = (body: unknown, token = cast.admin.token) =>
  cast.service.call('createWebhookEndpoint', { body, token })
const url = 'https://hooks.example.com/passbook?token=very-secret'

describe('createWebhookEndpoint', () => {
  it('answers with the endpoint and its secret, this once and for nothing to keep', async () => {
    const given = { url, event_types: ['user.created', 'user.deleted'], description: 'For people' }
    const { status, headers, body } = await create(given)
    expect(status).toBe(201)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['location']).toBe(`/v1/webhook-endpoints/${body.id}`)
    expect(body).toEqual({
      ...given,
      id: expect.any(Number),
      enabled: true,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    })
    const { secret: _, ...shown } = body
    const read = await cast.service.call('getWebhookEndpoint', {
      params: { id: body.id },
      token: cast.admin.token,
    })
    expect(read.body).toEqual(shown)
  })

  it('wants all events unless it says which, and may begin disabled', async () => {
    const { body } = await create({ url, enabled: false, description: null })
    expect(body).toMatchObject({
      event_types: ['*'],
      enabled: false,
      disabled_at: expect.any(String),
      disabled_reason: 'request',
    })
    expect(body).not.toHaveProperty('description')
  })

  it('keeps URL and secret encrypted', async () => {
    const { body } = await create({ url })
    const [row] = await cast.service.database.query<{ text: string; url: Buffer; secret: Buffer }>(
      'SELECT webhook_endpoints::text AS text, url, secret FROM webhook_endpoints WHERE id = $1',
      [body.id],
    )
    const stored = `${row?.text} ${row?.url.toString('latin1')} ${row?.secret.toString('latin1')}`
    for (const secret of ['very-secret', 'hooks.example', body.secret, body.secret.slice(6)]) {
      expect(stored).not.toContain(secret)
    }
  })

  it('answers the same secret again to a request that is sent again', async () => {
    const request = {
      body: { url },
      token: cast.admin.token,
      headers: { 'idempotency-key': 'once' },
    }
    const first = await cast.service.call('createWebhookEndpoint', request)
    const second = await cast.service.call('createWebhookEndpoint', request)
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotency-replayed']).toBe('true')
  })

  it.each([
    ['/url', 'required', {}],
    ['/url', 'type', { url: 7 }],
    ['/url', 'pattern', { url: 'ftp://hooks.example.com/' }],
    ['/url', 'pattern', { url: 'https://hooks.example.com/a b' }],
    ['/url', 'maxLength', { url: `https://hooks.example.com/${'x'.repeat(2_048)}` }],
    ['/url', 'url', { url: 'https://hooks.example.com:99999/' }],
    ['/url', 'https', { url: 'http://hooks.example.com/' }],
    ['/url', 'credentials', { url: 'https://me:secret@hooks.example.com/' }],
    ['/url', 'fragment', { url: 'https://hooks.example.com/#a' }],
    ['/url', 'private_target', { url: 'https://2130706433/' }],
    ['/url', 'private_target', { url: 'https://[::1]/' }],
    ['/url', 'private_target', { url: 'https://localhost./' }],
    ['/event_types', 'minItems', { url, event_types: [] }],
    ['/event_types', 'uniqueItems', { url, event_types: ['user.created', 'user.created'] }],
    ['/event_types/0', 'enum', { url, event_types: ['user.renamed'] }],
    ['/event_types', 'all_types', { url, event_types: ['*', 'user.created'] }],
    ['/description', 'maxLength', { url, description: 'd'.repeat(501) }],
    ['/enabled', 'type', { url, enabled: 'true' }],
    ['/secret', 'unknown_field', { url, secret: 'whsec_mine' }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await create(body)
    expect(answer.status).toBe(422)
    const message = expect.any(String)
    expect(answer.body.errors).toContainEqual({ in: 'body', path, code, message })
  })

  it('names all that is wrong at once, and quotes nothing of it', async () => {
    const wrong = { url: 'https://me:secret@localhost/', event_types: ['*', 'user.created'] }
    const { body } = await create(wrong)
    expect(body.errors).toHaveLength(2)
    expect(JSON.stringify(body)).not.toMatch(/me:secret|localhost/)
  })

  it('leaves an audit entry that names the endpoint and no more of it', async () => {
    const { body } = await create({ url })
    const { body: entries } = await cast.service.call('listAuditEntries', {
      query: { action: 'webhook_endpoint.create' },
      token: cast.admin.token,
    })
    expect(entries[0]).toMatchObject({
      actor_id: cast.admin.id,
      outcome: 'succeeded',
      subject: `webhook_endpoint:${body.id}`,
    })
  })

  it('is for admins, and for their keys with its scope', async () => {
    for (const { token } of [cast.user, cast.staff]) {
      expect((await create({ url }, token)).status).toBe(403)
    }
    const keyOf = async (scope: string) =>
      (
        await cast.service.call('createApiKey', {
          token: cast.admin.token,
          body: { name: 'A key', scopes: [scope] },
        })
      ).body.key
    expect((await create({ url }, await keyOf('webhooks:read'))).status).toBe(403)
    expect((await create({ url }, await keyOf('webhooks:write'))).status).toBe(201)
  })

  it('wants a token', async () => {
    const { status } = await cast.service.call('createWebhookEndpoint', { body: { url } })
    expect(status).toBe(401)
  })

  it('makes 50 at most, however many ask at once', async () => {
    await cast.service.database.query('DELETE FROM webhook_endpoints')
    await cast.service.database.query(
      `INSERT INTO webhook_endpoints (url, secret) SELECT '', '' FROM generate_series(1, 48)`,
    )
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ url })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409])
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body.code).toBe('too_many_webhook_endpoints')
  })
})
