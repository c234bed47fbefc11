import { describe, expect, it } from 'vitest'
import { createAccessToken } from '../setup/access-token.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const endAll = (token: string) => cast.service.call('deleteSessions', { token })
const me = async (token: string) => (await cast.service.call('getMe', { token })).status

describe('deleteSessions', () => {
  it('ends all of the caller’s, also the one that asks, and nobody else’s', async () => {
    const { id, username, password, token } = await cast.service.createAccount()
    const second = await createAccessToken(cast.service, id)
    const { status, body } = await endAll(token)
    expect([status, body]).toEqual([204, ''])
    expect([await me(token), await me(second), await me(cast.other.token)]).toEqual([401, 401, 200])
    const again = await cast.service.call('login', { body: { username, password } })
    expect(await me(again.body.access_token)).toBe(200)
  })

  it('leaves the account’s API keys alone', async () => {
    const { id, token } = await cast.service.createAccount()
    const { body } = await cast.service.call('createApiKey', {
      token: cast.admin.token,
      body: { name: 'A key', scopes: ['users:read'], user_id: id },
    })
    await endAll(token)
    expect(await me(body.key)).toBe(200)
  })

  it('wants a token, and takes no parameter', async () => {
    expect((await cast.service.call('deleteSessions')).status).toBe(401)
    const query = { user_id: cast.user.id }
    const refused = await cast.service.call('deleteSessions', { query, token: cast.user.token })
    expect(refused.status).toBe(422)
    expect(await me(cast.user.token)).toBe(200)
  })
})
