import { describe, expect, it } from 'vitest'
import { createAccessToken, sessionOf } from '../setup/access-token.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const end = (id: number, token: string) =>
  cast.service.call('deleteSession', { params: { id }, token })
const me = async (token: string) => (await cast.service.call('getMe', { token })).status

describe('deleteSession', () => {
  it('ends the access and refresh tokens of that session at once, and no others', async () => {
    const { username, password, token } = await cast.service.createAccount()
    const { body } = await cast.service.call('login', { body: { username, password } })
    const { status, body: answer } = await end(sessionOf(body.access_token), token)
    expect([status, answer]).toEqual([204, ''])
    expect([await me(body.access_token), await me(token)]).toEqual([401, 200])
    const { refresh_token } = body
    const refreshed = await cast.service.call('refreshToken', { body: { refresh_token } })
    expect([refreshed.status, refreshed.body.code]).toEqual([401, 'invalid_refresh_token'])
  })

  it('ends the session that asks', async () => {
    const { token } = await cast.service.createAccount()
    expect((await end(sessionOf(token), token)).status).toBe(204)
    expect(await me(token)).toBe(401)
  })

  it('answers 404 for somebody else’s, also to admins, and ends nothing', async () => {
    const token = await createAccessToken(cast.service, cast.other.id)
    for (const caller of [cast.user, cast.staff, cast.admin]) {
      const { status, body } = await end(sessionOf(token), caller.token)
      expect([status, body.detail]).toEqual([404, `Session with ID ${sessionOf(token)} not found`])
    }
    expect(await me(token)).toBe(200)
  })

  it('answers 404 for one that has ended', async () => {
    const { token } = cast.user
    const id = sessionOf(await createAccessToken(cast.service, cast.user.id))
    expect([(await end(id, token)).status, (await end(id, token)).status]).toEqual([204, 404])
  })

  it('wants a token, and an id', async () => {
    const { call } = cast.service
    expect((await call('deleteSession', { params: { id: 1 } })).status).toBe(401)
    const { status, body } = await call('deleteSession', {
      params: { id: 'mine' },
      token: cast.user.token,
    })
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'path', path: 'id' })
  })
})
