import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitForLock } from '../setup/lock.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'

let service: TestService
let user: Account

beforeAll(async () => {
  service = await startTestService({ env: { ACCESS_TOKEN_SECONDS: '120' } })
  user = await service.createAccount()
})
afterAll(() => service.close())

const login = (body: unknown) => service.call('login', { body })
const withoutId = ({ request_id: _, ...problem }: Record<string, unknown>) => problem

describe('login', () => {
  it('answers with a pair of tokens that must not be cached', async () => {
    const { status, headers, body } = await login({
      username: user.username,
      password: user.password,
    })
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: 'bearer',
      expires_in: 120,
    })
    const me = await service.call('getMe', { token: body.access_token })
    expect(me.body.id).toBe(user.id)
  })

  it('puts nothing but user, session and the promised expiry into the access token', async () => {
    const { body } = await login({ username: user.username, password: user.password })
    const [, payload = ''] = body.access_token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    expect(claims).toEqual({
      sub: String(user.id),
      sid: expect.stringMatching(/^[1-9]\d*$/),
      iss: 'passbook',
      iat: expect.any(Number),
      exp: claims.iat + 120,
    })
  })

  it('stores only the hash of the refresh token', async () => {
    const { body } = await login({ username: user.username, password: user.password })
    const rows = await service.database.query<{ text: string }>(
      `SELECT refresh_tokens::text AS text FROM refresh_tokens
       WHERE token_hash = sha256(convert_to($1, 'UTF8'))`,
      [body.refresh_token],
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.text).not.toContain(body.refresh_token)
  })

  it('finds the user name regardless of case', async () => {
    const username = user.username.toUpperCase()
    expect((await login({ username, password: user.password })).status).toBe(200)
  })

  it('gives the same answer for a wrong password and an unknown user', async () => {
    const wrong = await login({ username: user.username, password: 'a wrong password' })
    const unknown = await login({ username: 'nobody.at.all', password: user.password })
    expect(wrong.status).toBe(401)
    expect(wrong.headers['www-authenticate']).toBe('Bearer')
    expect(wrong.body.code).toBe('invalid_credentials')
    expect(withoutId(unknown.body)).toEqual(withoutId(wrong.body))
    expect(Object.keys(unknown.headers).sort()).toEqual(Object.keys(wrong.headers).sort())
  })

  it('compares the password exactly, with case', async () => {
    const password = user.password.toUpperCase()
    expect((await login({ username: user.username, password })).status).toBe(401)
  })

  it('refuses user names with other characters', async () => {
    const answers = await Promise.all(
      ['nul\u0000', '\ud800', "' OR 1=1", '%', 'naïve'].map((username) =>
        login({ username, password: 'some password' }),
      ),
    )
    for (const { status } of answers) expect([401, 422]).toContain(status)
  })

  it('answers 401 when the account is deleted while its password is checked', async () => {
    const gone = await service.createAccount()
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query('DELETE FROM users WHERE id = $1', [gone.id])
    const answer = login({ username: gone.username, password: gone.password })
    await waitForLock(service)
    await session.query('COMMIT')
    expect((await answer).status).toBe(401)
    await session.close()
  })

  it('refuses a customer without a password', async () => {
    const username = 'no.password'
    await service.database.query(
      `INSERT INTO users (username, username_key, name, name_index) VALUES ($1, $1, '', '')`,
      [username],
    )
    expect((await login({ username, password: 'some password' })).status).toBe(401)
  })

  it.each([
    ['/username', 'required', { password: 'some password' }],
    ['/password', 'required', { username: 'somebody' }],
    ['/username', 'type', { username: ['somebody'], password: 'some password' }],
    ['/password', 'type', { username: 'somebody', password: 12345678 }],
    ['/password', 'maxLength', { username: 'somebody', password: 'p'.repeat(129) }],
    ['/otp', 'unknown_field', { username: 'somebody', password: 'some password', otp: '1' }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await login(body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
  })
})
