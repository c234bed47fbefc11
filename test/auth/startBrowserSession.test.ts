import { describe, expect, it } from 'vitest'
import { cookieOf, signIn } from '../setup/browser-session.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast({ env: { TRUST_PROXY: '127.0.0.1' } })

const start = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  cast.service.call('startBrowserSession', { body, headers })
const credentials = () => ({ username: cast.user.username, password: cast.user.password })
const me = (headers: Readonly<Record<string, string>>) => cast.service.call('getMe', { headers })

describe('startBrowserSession', () => {
  it('sets a cookie that no script can read, which stands for Authorization', async () => {
    const answer = await start(credentials(), { 'sec-fetch-site': 'same-origin' })
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['set-cookie']).toMatch(
      /^passbook-session=[\w-]+\.[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    )
    const left = Date.parse(answer.body.expires_at) - Date.now()
    expect([answer.body.signed_in, Math.round(left / 60_000)]).toEqual([true, 720])
    const { status, body } = await me({ cookie: cookieOf(answer) })
    expect([status, body.id]).toEqual([200, cast.user.id])
  })

  it('lists the session, which ends when its cookie does', async () => {
    const answer = await start(credentials())
    const { body } = await cast.service.call('listSessions', {
      headers: { cookie: cookieOf(answer) },
    })
    const [current] = body.filter((session: { current: boolean }) => session.current)
    expect(current.expires_at).toBe(answer.body.expires_at)
  })

  it('names the cookie so that only the host itself can set it, where the browser uses TLS', async () => {
    const byOrigin = await start(credentials(), {
      host: 'passbook.test',
      origin: 'https://passbook.test',
    })
    const byProxy = await start(credentials(), { 'x-forwarded-proto': 'https' })
    for (const answer of [byOrigin, byProxy]) {
      expect(answer.headers['set-cookie']).toMatch(
        /^__Host-passbook-session=\S+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/,
      )
    }
    const cookie = cookieOf(byProxy)
    expect((await me({ cookie, 'x-forwarded-proto': 'https' })).status).toBe(200)
    const planted = cookie.replace('__Host-', '')
    expect((await me({ cookie: planted, 'x-forwarded-proto': 'https' })).status).toBe(401)
  })

  it('keeps its token out of Authorization, and access tokens out of the cookie', async () => {
    const token = (await signIn(cast.service, cast.user)).replace('passbook-session=', '')
    expect((await me({ authorization: `Bearer ${token}` })).status).toBe(401)
    expect((await me({ cookie: `passbook-session=${cast.user.token}` })).status).toBe(401)
    expect((await me({ cookie: `other=1; passbook-session=${token}; more=2` })).status).toBe(200)
  })

  it('refuses a wrong password and a disabled account as a login does, without a cookie', async () => {
    const wrong = await start({ ...credentials(), password: 'a wrong password' })
    expect([wrong.status, wrong.body.code]).toEqual([401, 'invalid_credentials'])
    const { id, username, password } = await cast.service.createAccount()
    await cast.service.database.query('UPDATE users SET disabled_at = now() WHERE id = $1', [id])
    const disabled = await start({ username, password })
    expect([disabled.status, disabled.body.code]).toEqual([403, 'account_disabled'])
    expect(wrong.headers['set-cookie'] ?? disabled.headers['set-cookie']).toBeUndefined()
  })

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:81' },
    { origin: 'null' },
  ])('refuses pages of other sites: %j', async (headers) => {
    const { status, body } = await start(credentials(), headers)
    expect([status, body.code]).toEqual([403, 'cross_site'])
  })

  it('wants user name and password', async () => {
    const { status, body } = await start({ username: cast.user.username, remember: true })
    expect(status).toBe(422)
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      '/password',
      '/remember',
    ])
  })

  it('throttles guessing together with logins', async () => {
    const { username, password } = await cast.service.createAccount()
    for (let attempt = 0; attempt < 5; attempt++) {
      await cast.service.call('login', { body: { username, password: 'a wrong guess' } })
    }
    const { status, headers } = await start({ username, password })
    expect([status, headers['retry-after']]).toEqual([429, '1'])
  })
})
