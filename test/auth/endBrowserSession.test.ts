import { describe, expect, it } from 'vitest'
import { signIn } from '../setup/browser-session.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const end = (headers: Readonly<Record<string, string>> = {}) =>
  cast.service.call('endBrowserSession', { headers })
const me = async (cookie: string) =>
  (await cast.service.call('getMe', { headers: { cookie } })).status

describe('endBrowserSession', () => {
  it('ends the session at once, and no other, and takes the cookie back', async () => {
    const cookie = await signIn(cast.service, cast.user)
    const other = await signIn(cast.service, cast.user)
    expect(await me(cookie)).toBe(200)
    const { status, body, headers } = await end({ cookie })
    expect([status, body]).toEqual([204, ''])
    expect(headers['set-cookie']).toContain('passbook-session=; ')
    expect([await me(cookie), await me(other)]).toEqual([401, 200])
  })

  it('answers the same without a session', async () => {
    const cookie = await signIn(cast.service, cast.user)
    await end({ cookie })
    const answers = [await end({ cookie }), await end(), await end({ cookie: 'other=1' })]
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204])
  })

  it('leaves the session to pages of other sites, and wants no body', async () => {
    const cookie = await signIn(cast.service, cast.user)
    const { status, body } = await end({ cookie, origin: 'https://evil.example' })
    expect([status, body.code]).toEqual([403, 'cross_site'])
    const sent = await cast.service.call('endBrowserSession', {
      headers: { cookie },
      body: { x: 1 },
    })
    expect(sent.status).toBe(422)
    expect(await me(cookie)).toBe(200)
  })
})
