import Fastify from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { installTokens } from '../../src/http/auth.ts'
import { sessionOf } from '../setup/access-token.ts'
import { useCast } from '../setup/cast.ts'

const SECONDS = 60
const cast = useCast({ env: { ACCESS_TOKEN_SECONDS: String(SECONDS) } })

afterEach(() => {
  vi.useRealTimers()
})

const status = async (token: string) => (await cast.service.call('getMe', { token })).status

describe('an access token that was verified before', () => {
  it('is refused as soon as it has expired', async () => {
    const { app } = cast.service
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.parse('2030-01-01T00:00:00.000Z'))
    const token = app.jwt.sign({ sub: '7', sid: '8' })
    const credential = { kind: 'token', userId: 7, sessionId: 8, inCookie: false }
    expect(app.readToken(token)).toEqual(credential)
    vi.advanceTimersByTime(SECONDS * 1000 - 1)
    expect(app.readToken(token)).toEqual(credential)
    vi.advanceTimersByTime(2)
    expect(app.readToken(token)).toBeUndefined()
    expect(app.readToken(token)).toBeUndefined()
  })

  it('is verified no more', async () => {
    const { app } = cast.service
    const verify = vi.spyOn(app.jwt, 'verify')
    const token = app.jwt.sign({ sub: '9', sid: '10' })
    const credentials = [app.readToken(token), app.readToken(token)]
    expect(credentials[1]).toEqual(credentials[0])
    expect(verify).toHaveBeenCalledTimes(1)
    verify.mockRestore()
  })

  it.each([
    ['its session is deleted', 'DELETE FROM sessions WHERE id = $1'],
    ['its session has expired', 'UPDATE sessions SET expires_at = now() WHERE id = $1'],
    [
      'its account is disabled',
      'UPDATE users SET disabled_at = now() WHERE id = (SELECT user_id FROM sessions WHERE id = $1)',
    ],
  ])('is refused as soon as %s', async (_, statement) => {
    const { token } = await cast.service.createAccount()
    expect([await status(token), await status(token)]).toEqual([200, 200])
    await cast.service.database.query(statement, [sessionOf(token)])
    expect(await status(token)).toBe(401)
  })

  it('ends with a logout alone, and others go on', async () => {
    const account = await cast.service.createAccount()
    const { token } = await cast.service.logIn(account)
    expect(await status(token)).toBe(200)
    await cast.service.call('deleteSession', { token, params: { id: sessionOf(token) } })
    expect(await status(token)).toBe(401)
    expect(await status(account.token)).toBe(200)
  })
})

describe('an access token of another secret', () => {
  it('is refused each time, and the right one accepted beside it', async () => {
    const elsewhere = Fastify()
    await installTokens(elsewhere, 'a secret that this service does not have', SECONDS)
    const { app } = cast.service
    const claims = { sub: String(cast.user.id), sid: String(sessionOf(cast.user.token)) }
    const forged = elsewhere.jwt.sign(claims)
    expect(elsewhere.readToken(forged)).toBeDefined()
    const own = app.jwt.sign(claims)
    for (const expected of [200, 200]) {
      expect(await status(own)).toBe(expected)
      expect(await status(forged)).toBe(401)
    }
    // The claims of one and the signature of the other.
    const [head, body] = own.split('.')
    expect(await status([head, body, forged.split('.')[2]].join('.'))).toBe(401)
    await elsewhere.close()
  })
})
