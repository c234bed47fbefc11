import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitForLock } from '../setup/lock.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'

let service: TestService
let user: Account

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
})
afterAll(() => service.close())

const HASH = `sha256(convert_to($1, 'UTF8'))`
const logout = (refresh_token: string) => service.call('logout', { body: { refresh_token } })
const refresh = (refresh_token: string) => service.call('refreshToken', { body: { refresh_token } })

async function logIn(): Promise<string> {
  const { username, password } = user
  return (await service.call('login', { body: { username, password } })).body.refresh_token
}

describe('logout', () => {
  it('revokes the token and answers without a body', async () => {
    const token = await logIn()
    const { status, body } = await logout(token)
    expect([status, body]).toEqual([204, ''])
    expect((await refresh(token)).status).toBe(401)
  })

  it('revokes the whole family when given a used token', async () => {
    const first = await logIn()
    const { body } = await refresh(first)
    expect((await logout(first)).status).toBe(204)
    expect((await refresh(body.refresh_token)).status).toBe(401)
  })

  it('leaves other logins of the same account alone', async () => {
    const other = await logIn()
    await logout(await logIn())
    expect((await refresh(other)).status).toBe(200)
  })

  it('wins over an exchange under way', async () => {
    const token = await logIn()
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query(
      `SELECT id FROM sessions WHERE id = (
         SELECT session_id FROM refresh_tokens WHERE token_hash = ${HASH}
       ) FOR NO KEY UPDATE`,
      [token],
    )
    const answer = logout(token)
    await waitForLock(service)
    await session.query(
      `INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
       SELECT session_id, sha256('successor'), expires_at FROM refresh_tokens
       WHERE token_hash = ${HASH}`,
      [token],
    )
    await session.query('COMMIT')
    expect((await answer).status).toBe(204)
    expect((await refresh('successor')).status).toBe(401)
    await session.close()
  })

  it('gives the same answer for an unknown and a revoked token', async () => {
    const token = await logIn()
    await logout(token)
    expect((await logout(token)).status).toBe(204)
    expect((await logout('unknown')).status).toBe(204)
  })

  it('ends the access tokens of the login at once, and no others', async () => {
    const { username, password } = user
    const { body: first } = await service.call('login', { body: { username, password } })
    const { body: second } = await refresh(first.refresh_token)
    await logout(second.refresh_token)
    for (const token of [first.access_token, second.access_token]) {
      const { status, headers, body } = await service.call('getMe', { token })
      expect([status, body.code, headers['www-authenticate']]).toEqual([
        401,
        'unauthorized',
        'Bearer',
      ])
    }
    expect((await service.call('getMe', { token: user.token })).status).toBe(200)
  })

  it.each([
    ['/refresh_token', 'required', {}],
    ['/refresh_token', 'type', { refresh_token: 7 }],
    ['/everywhere', 'unknown_field', { refresh_token: 'unknown', everywhere: true }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await service.call('logout', { body })
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
  })
})
