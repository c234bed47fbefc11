import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const create = (body: unknown, token = cast.admin.token) =>
  cast.service.call('createApiKey', { body, token })
const key = { name: 'Nightly import', scopes: ['users:read', 'transactions:write'] }

describe('createApiKey', () => {
  it('answers with a key that acts as the caller, this once and for nothing to keep', async () => {
    const { status, headers, body } = await create(key)
    expect(status).toBe(201)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['location']).toBe(`/v1/api-keys/${body.id}`)
    expect(body).toEqual({
      ...key,
      id: expect.any(Number),
      user_id: cast.admin.id,
      created_at: expect.any(String),
      key: expect.stringMatching(/^pb_[\w-]{49}$/),
    })
    const { key: secret, ...shown } = body
    const params = { id: body.id }
    const read = await cast.service.call('getApiKey', { params, token: cast.admin.token })
    expect(read.body).toEqual(shown)
    expect(
      (await cast.service.call('getUser', { params: { id: cast.user.id }, token: secret })).status,
    ).toBe(200)
  })

  it('makes each key another, and keeps of it its hash alone', async () => {
    const keys = await Promise.all([create(key), create(key)])
    const secrets = keys.map(({ body }) => body.key)
    expect(secrets[0]).not.toBe(secrets[1])
    const rows = await cast.service.database.query<{ text: string }>(
      `SELECT api_keys::text AS text FROM api_keys WHERE key_hash = sha256(convert_to($1, 'UTF8'))`,
      [secrets[0]],
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.text).not.toContain(secrets[0])
  })

  it('makes keys for other accounts, until a time', async () => {
    const { status, body } = await create({
      ...key,
      user_id: cast.user.id,
      expires_at: '2099-12-31T00:00:00+02:00',
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ user_id: cast.user.id, expires_at: '2099-12-30T22:00:00.000Z' })
  })

  it('answers the same key again to a request that is sent again', async () => {
    const request = { body: key, token: cast.admin.token, headers: { 'idempotency-key': 'once' } }
    const first = await cast.service.call('createApiKey', request)
    const second = await cast.service.call('createApiKey', request)
    expect(second.body).toEqual(first.body)
    expect(second.headers).toMatchObject({
      'idempotency-replayed': 'true',
      'cache-control': 'no-store',
      location: first.headers['location'],
    })
    expect(
      (
        await cast.service.call('getApiKey', {
          params: { id: first.body.id },
          token: first.body.key,
        })
      ).status,
    ).toBe(403)
    const unknown = { ...request, body: { ...key, user_id: 999_999 } }
    unknown.headers = { 'idempotency-key': 'unknown' }
    expect((await cast.service.call('createApiKey', unknown)).status).toBe(422)
  })

  it('refuses a user that does not exist and an end that has passed', async () => {
    const unknown = await create({ ...key, user_id: 999_999 })
    expect(unknown.status).toBe(422)
    expect(unknown.body.errors).toMatchObject([{ in: 'body', path: '/user_id', code: 'unknown' }])
    const both = { ...key, user_id: 999_999, expires_at: '2020-01-01T00:00:00Z' }
    expect((await create(both)).body.errors).toHaveLength(2)
    const passed = await create({ ...key, expires_at: '2020-01-01T00:00:00Z' })
    expect(passed.status).toBe(422)
    expect(passed.body.errors).toMatchObject([{ in: 'body', path: '/expires_at', code: 'future' }])
  })

  it.each([
    ['/name', 'required', { scopes: ['users:read'] }],
    ['/name', 'minLength', { ...key, name: '' }],
    ['/name', 'pattern', { ...key, name: ' ' }],
    ['/name', 'pattern', { ...key, name: 'nul\u0000' }],
    ['/name', 'maxLength', { ...key, name: 'n'.repeat(101) }],
    ['/scopes', 'required', { name: 'No scopes' }],
    ['/scopes', 'minItems', { ...key, scopes: [] }],
    ['/scopes', 'uniqueItems', { ...key, scopes: ['users:read', 'users:read'] }],
    ['/scopes/0', 'enum', { ...key, scopes: ['everything'] }],
    ['/expires_at', 'format', { ...key, expires_at: '2099-12-31' }],
    ['/user_id', 'type', { ...key, user_id: '7' }],
    ['/key', 'unknown_field', { ...key, key: 'pb_mine' }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await create(body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
  })

  it('is for admins, and for no key', async () => {
    for (const { token } of [cast.user, cast.staff]) {
      const { status, body } = await create(key, token)
      expect([status, body.detail]).toEqual([403, 'This needs one of the roles admin'])
    }
    const { body: made } = await create(key)
    const { status, body } = await create(key, made.key)
    expect([status, body.detail]).toEqual([403, 'API keys may not call this'])
  })

  it('wants a token', async () => {
    expect((await cast.service.call('createApiKey', { body: key })).status).toBe(401)
  })
})
