import { describe, expect, it } from 'vitest'
import { signIn } from '../setup/browser-session.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const createTask = async (headers: Readonly<Record<string, string>>) => {
  const { status, body } = await cast.service.call('createTask', {
    headers,
    body: { title: 'Call back' },
  })
  return [status, body.code]
}

describe("the cookie of a browser's session", () => {
  it.each([
    { 'sec-fetch-site': 'same-origin' },
    { host: 'passbook.test:3000', origin: 'http://passbook.test:3000' },
    { host: 'passbook.test', origin: 'https://passbook.test' },
    { 'sec-fetch-site': 'same-origin', origin: 'https://public.example' },
    {},
  ])('stands for Authorization in requests of its own pages: %j', async (headers) => {
    const cookie = await signIn(cast.service, cast.user)
    expect(await createTask({ cookie, ...headers })).toEqual([201, undefined])
  })

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:80' },
    { origin: 'https://evil.example' },
  ])('is refused in requests of other pages: %j', async (headers) => {
    const cookie = await signIn(cast.service, cast.user)
    expect(await createTask({ cookie, ...headers })).toEqual([403, 'cross_site'])
  })

  it('reads what somebody types into the address bar, and writes nothing so', async () => {
    const cookie = await signIn(cast.service, cast.user)
    const headers = { cookie, 'sec-fetch-site': 'none' }
    expect((await cast.service.call('getMe', { headers })).status).toBe(200)
    expect(await createTask(headers)).toEqual([403, 'cross_site'])
  })

  it('ends with the session: elsewhere, by a new password, and by disabling the account', async () => {
    const me = async (cookie: string) =>
      (await cast.service.call('getMe', { headers: { cookie } })).status
    const account = await cast.service.createAccount()
    const { token, password } = await cast.service.logIn(account)
    const first = await signIn(cast.service, account)
    const body = { current_password: password, new_password: 'staple of many words' }
    await cast.service.call('changePassword', { token, body })
    expect(await me(first)).toBe(401)
    const second = await signIn(cast.service, { ...account, password: body.new_password })
    expect(await me(second)).toBe(200)
    await cast.service.database.query('UPDATE users SET disabled_at = now() WHERE id = $1', [
      account.id,
    ])
    expect(await me(second)).toBe(401)
  })

  it('gives way to Authorization', async () => {
    const cookie = await signIn(cast.service, cast.user)
    const headers = { cookie, 'sec-fetch-site': 'cross-site' }
    const { status, body } = await cast.service.call('getMe', { headers, token: cast.other.token })
    expect([status, body.id]).toEqual([200, cast.other.id])
  })
})
