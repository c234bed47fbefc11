import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitForLock } from '../setup/lock.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'

let service: TestService
let user: Account

beforeAll(async () => {
  service = await startTestService({ env: { REFRESH_TOKEN_DAYS: '7' } })
  user = await service.createAccount()
})
afterAll(() => service.close())

const HASH = `sha256(convert_to($1, 'UTF8'))`
const refresh = (refresh_token: unknown) =>
  service.call('refreshToken', { body: { refresh_token } })
const query = (text: string, token: string) => service.database.query(text, [token])

/** The first refresh token of a session of its own. */
async function logIn(): Promise<string> {
  const { username, password } = user
  return (await service.call('login', { body: { username, password } })).body.refresh_token
}

async function rotate(token: string): Promise<string> {
  const { status, body } = await refresh(token)
  expect(status).toBe(200)
  return body.refresh_token
}

describe('refreshToken', () => {
  it('exchanges a token for a new pair, repeatedly', async () => {
    const first = await logIn()
    const { status, headers, body } = await refresh(first)
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(body.refresh_token).not.toBe(first)
    const me = await service.call('getMe', { token: body.access_token })
    expect(me.body.id).toBe(user.id)
    expect(await rotate(body.refresh_token)).not.toBe(body.refresh_token)
  })

  it('ends the session when a used token comes back, and no other', async () => {
    const other = await logIn()
    const first = await logIn()
    const newest = await rotate(await rotate(first))
    const again = await refresh(first)
    expect(again.status).toBe(401)
    expect(again.body.code).toBe('invalid_refresh_token')
    expect((await refresh(newest)).status).toBe(401)
    await rotate(other)
  })

  it('ends access tokens too when a used token comes back', async () => {
    const { username, password } = user
    const { body: first } = await service.call('login', { body: { username, password } })
    const { body: second } = await refresh(first.refresh_token)
    await refresh(first.refresh_token)
    for (const token of [first.access_token, second.access_token]) {
      expect((await service.call('getMe', { token })).status).toBe(401)
    }
  })

  it('leaves nothing alive when one token is used many times at the same moment', async () => {
    const first = await logIn()
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(first)))
    const pairs = answers.filter(({ status }) => status === 200)
    expect(pairs.length).toBeLessThanOrEqual(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(8 - pairs.length)
    for (const { body } of pairs) expect((await refresh(body.refresh_token)).status).toBe(401)
  })

  it('also revokes the token of an exchange under way', async () => {
    const first = await logIn()
    const second = await rotate(first)
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query(
      `SELECT id FROM sessions WHERE id = (
         SELECT session_id FROM refresh_tokens WHERE token_hash = ${HASH}
       ) FOR NO KEY UPDATE`,
      [second],
    )
    const again = refresh(first)
    await waitForLock(service)
    await session.query(
      `INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
       SELECT session_id, sha256('third'), expires_at FROM refresh_tokens
       WHERE token_hash = ${HASH}`,
      [second],
    )
    await session.query('COMMIT')
    expect((await again).status).toBe(401)
    expect((await refresh('third')).status).toBe(401)
    await session.close()
  })

  it('gives tokens the configured lifetime', async () => {
    const token = await logIn()
    const [row] = await query(
      `SELECT abs(extract(epoch FROM expires_at - now() - interval '7 days')) < 60 AS exact
       FROM refresh_tokens WHERE token_hash = ${HASH}`,
      token,
    )
    expect(row).toEqual({ exact: true })
    await query(`UPDATE refresh_tokens SET expires_at = now() WHERE token_hash = ${HASH}`, token)
    expect((await refresh(token)).status).toBe(401)
  })

  it('refuses the tokens of a deleted account', async () => {
    const gone = await service.createAccount()
    const { username, password } = gone
    const { body } = await service.call('login', { body: { username, password } })
    await service.call('deleteUser', { params: { id: gone.id }, token: gone.token })
    expect((await refresh(body.refresh_token)).status).toBe(401)
  })

  it('takes turns with a deletion of the account', async () => {
    const gone = await service.createAccount()
    const { username, password } = gone
    const { body } = await service.call('login', { body: { username, password } })
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query(
      `SELECT FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)
       FOR UPDATE`,
      [gone.id],
    )
    const exchange = refresh(body.refresh_token)
    await waitForLock(service)
    const deletion = service.call('deleteUser', { params: { id: gone.id }, token: gone.token })
    await waitForLock(service, 2)
    await session.query('COMMIT')
    await session.close()
    expect([(await exchange).status, (await deletion).status]).toEqual([200, 204])
  })

  it.each(['unknown', 'x'.repeat(512), '\u0000', 'é'])(
    'does not know the token %j',
    async (token) => {
      const { status, headers, body } = await refresh(token)
      expect([status, body.code]).toEqual([401, 'invalid_refresh_token'])
      expect(headers['www-authenticate']).toBe('Bearer')
    },
  )

  it('does not accept an access token', async () => {
    expect((await refresh(user.token)).status).toBe(401)
  })

  it.each([
    ['/refresh_token', 'required', {}],
    ['/refresh_token', 'minLength', { refresh_token: '' }],
    ['/refresh_token', 'maxLength', { refresh_token: 'x'.repeat(513) }],
    ['/refresh_token', 'type', { refresh_token: null }],
    ['/scope', 'unknown_field', { refresh_token: 'unknown', scope: 'all' }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await service.call('refreshToken', { body })
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
  })
})
