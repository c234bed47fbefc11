import { describe, expect, it } from 'vitest'
import { cookieOf, signIn } from '../setup/browser-session.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const renew = (headers: Readonly<Record<string, string>> = {}) =>
  cast.service.call('renewBrowserSession', { headers })

describe('renewBrowserSession', () => {
  it('has session and cookie go on for another 12 hours', async () => {
    const cookie = await signIn(cast.service, cast.user)
    await cast.service.database.query(
      "UPDATE sessions SET expires_at = now() + interval '1 minute'",
    )
    const answer = await renew({ cookie })
    expect([answer.status, answer.body.signed_in]).toEqual([200, true])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['set-cookie']).toContain('Max-Age=43200')
    const [session] = (
      await cast.service.call('listSessions', { headers: { cookie: cookieOf(answer) } })
    ).body
    expect(session.expires_at).toBe(answer.body.expires_at)
  })

  it('takes the cookie back where there is no session any more', async () => {
    const cookie = await signIn(cast.service, cast.user)
    await cast.service.call('deleteSessions', { headers: { cookie } })
    for (const headers of [{}, { cookie }, { cookie: 'passbook-session=nonsense' }]) {
      const { status, body, headers: sent } = await renew(headers)
      expect([status, body]).toEqual([200, { signed_in: false }])
      expect(sent['set-cookie']).toContain('passbook-session=; ')
      expect(sent['set-cookie']).toContain('Max-Age=0')
    }
  })

  it('makes no cookie of an access token', async () => {
    const { token } = cast.user
    const bearer = await renew({ authorization: `Bearer ${token}` })
    const cookie = await renew({ cookie: `passbook-session=${token}` })
    expect([bearer.body, cookie.body]).toEqual([{ signed_in: false }, { signed_in: false }])
  })

  it('refuses pages of other sites, and a body', async () => {
    const cookie = await signIn(cast.service, cast.user)
    const { status, body } = await renew({ cookie, 'sec-fetch-site': 'same-site' })
    expect([status, body.code]).toEqual([403, 'cross_site'])
    const sent = await cast.service.call('renewBrowserSession', {
      headers: { cookie },
      body: { x: 1 },
    })
    expect(sent.status).toBe(422)
  })
})
