import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const ask = (body: unknown, headers = {}) => cast.service.call('issueToken', { body, headers })
const byPassword = (fields = {}) => {
  const { username, password } = cast.user
  return ask({ grant_type: 'password', username, password, ...fields })
}
const encoded = (text: string) => ask(Buffer.from(text))
const me = async (token: string) => (await cast.service.call('getMe', { token })).body.id

describe('issueToken', () => {
  it('answers user name and password as the login does', async () => {
    const { status, headers, body } = await byPassword()
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(Object.keys(body)).toEqual(['access_token', 'token_type', 'expires_in', 'refresh_token'])
    expect(await me(body.access_token)).toBe(cast.user.id)
  })

  it('exchanges a refresh token, once', async () => {
    const { body: first } = await byPassword()
    const { refresh_token } = first
    const exchange = () => ask({ grant_type: 'refresh_token', refresh_token })
    const { status, body } = await exchange()
    expect(status).toBe(200)
    expect(await me(body.access_token)).toBe(cast.user.id)
    const again = await exchange()
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant'])
    expect((await cast.service.call('getMe', { token: body.access_token })).status).toBe(401)
  })

  it('takes what Swagger UI and client libraries send besides, and gives it no meaning', async () => {
    const { username, password } = cast.user
    const body = { grant_type: 'password', scope: '', username, password, client_id: 'some-client' }
    const authorization = `Basic ${Buffer.from('some-client:its secret').toString('base64')}`
    expect((await ask({ ...body, client_secret: 'x' }, { authorization })).status).toBe(200)
  })

  it('reads percent signs, plus signs and UTF-8 as forms have them', async () => {
    const username = 'form.reader'
    const password = 'a+b c%&=ü🔑'
    await cast.service.call('register', { body: { username, password } })
    const secret = 'a%2Bb+c%25%26%3D%C3%BC%F0%9F%94%91'
    const { status } = await encoded(
      `grant_type=password&username=form%2Ereader&password=${secret}`,
    )
    expect(status).toBe(200)
  })

  it('answers a wrong password and an unknown user alike, as a grant that is not valid', async () => {
    const wrong = await byPassword({ password: 'a wrong password' })
    const unknown = await byPassword({ username: 'nobody.at.all' })
    for (const { status, headers, body } of [wrong, unknown]) {
      expect([status, body.code, body.error]).toEqual([400, 'invalid_credentials', 'invalid_grant'])
      expect(headers).not.toHaveProperty('www-authenticate')
      expect(body.detail).toBe('User name or password is wrong')
    }
  })

  it('refuses a disabled account with the right password', async () => {
    const { id, username, password } = await cast.service.createAccount()
    const body = { disabled: true }
    await cast.service.call('updateUser', { params: { id }, body, token: cast.admin.token })
    const refused = await ask({ grant_type: 'password', username, password })
    expect([refused.status, refused.body.code, refused.body.error]).toEqual([
      403,
      'account_disabled',
      'invalid_grant',
    ])
  })

  it('counts attempts together with those at the login', async () => {
    const { username, password } = await cast.service.createAccount()
    const wrong = { username, password: 'a wrong password' }
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await ask({ grant_type: 'password', ...wrong })
      await cast.service.call('login', { body: wrong })
    }
    const refused = await ask({ grant_type: 'password', username, password })
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_attempts'])
  })

  it.each(['client_credentials', 'authorization_code', 'PASSWORD', 'toString'])(
    'knows no grant type %s',
    async (grant_type) => {
      const { status, body } = await byPassword({ grant_type })
      expect([status, body.code, body.error]).toEqual([
        400,
        'unsupported_grant_type',
        'unsupported_grant_type',
      ])
    },
  )

  it.each<[string, string, string]>([
    ['/grant_type', 'required', ''],
    ['/grant_type', 'required', 'grant_type=&username=a&password=b'],
    ['/username', 'required', 'grant_type=password&password=b'],
    ['/password', 'required', 'grant_type=password&username=a&password='],
    ['/refresh_token', 'required', 'grant_type=refresh_token'],
    ['/username', 'repeated', 'grant_type=password&username=a&username=a&password=b'],
    ['/grant_type', 'repeated', 'grant_type=password&grant_type=&username=a&password=b'],
    ['/otp', 'unknown_field', 'grant_type=password&username=a&password=b&otp=1'],
    ['/__proto__', 'unknown_field', 'grant_type=password&username=a&password=b&__proto__=1'],
    ['/password', 'maxLength', `grant_type=password&username=a&password=${'x'.repeat(129)}`],
    ['', 'too_many_values', '&'.repeat(5_000)],
  ])('refuses %j by its rule %s', async (path, code, text) => {
    const { status, body } = await encoded(text)
    expect([status, body.error]).toEqual([422, 'invalid_request'])
    expect(body.errors).toContainEqual({ in: 'body', path, code, message: expect.any(String) })
  })

  it('tells all that is missing at once', async () => {
    const { body } = await ask({ grant_type: 'password' })
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/username',
      '/password',
    ])
  })

  it.each(['grant_type=%', 'grant_type=%zz', 'grant_type=%ff', 'grant_type=%ed%a0%80'])(
    'refuses what is no form: %s',
    async (text) => {
      const { status, body } = await encoded(text)
      expect([status, body.code, body.error]).toEqual([400, 'bad_request', 'invalid_request'])
    },
  )

  it('refuses bytes that are not UTF-8', async () => {
    const { status } = await ask(Buffer.from([0x61, 0x3d, 0xff]))
    expect(status).toBe(400)
  })

  it.each(['application/json', 'text/plain', 'text/csv', 'multipart/form-data; boundary=x'])(
    'takes no %s',
    async (type) => {
      const { status, body } = await ask('{"grant_type":"password"}', { 'content-type': type })
      expect([status, body.code]).toEqual([415, 'unsupported_media_type'])
      expect(body.detail).toBe('Send the request body as application/x-www-form-urlencoded')
    },
  )

  it('takes at most 16 KiB', async () => {
    const { status, body } = await encoded(`grant_type=password&password=${'x'.repeat(16_384)}`)
    expect([status, body.code]).toEqual([413, 'body_too_large'])
  })

  it('is the only operation that takes a form', async () => {
    const { status, body } = await cast.service.call('login', {
      body: Buffer.from('username=a&password=b'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect([status, body.detail]).toEqual([415, 'Send the request body as application/json'])
    expect(body).not.toHaveProperty('error')
  })
})
