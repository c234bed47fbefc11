import { describe, expect, it } from 'vitest'
import { sessionOf } from '../setup/access-token.ts'
import { useCast } from '../setup/cast.ts'
import type { Account } from '../setup/service.ts'

const cast = useCast({ env: { REFRESH_TOKEN_DAYS: '7', TRUST_PROXY: 'loopback' } })

const list = (token: string, query = {}) => cast.service.call('listSessions', { token, query })
const logIn = async ({ username, password }: Account, headers = {}) =>
  (await cast.service.call('login', { body: { username, password }, headers })).body

describe('listSessions', () => {
  it('lists the caller’s own, newest first, and marks the one that asks', async () => {
    const account = await cast.service.createAccount()
    const { token } = await cast.service.logIn(account)
    const headers = { 'user-agent': 'Some Browser/1.0', 'x-forwarded-for': '198.51.100.7' }
    const { access_token } = await logIn(account, headers)
    const { status, body } = await list(token)
    expect(status).toBe(200)
    expect(body).toEqual([
      {
        id: sessionOf(access_token),
        current: false,
        address: '198.51.100.7',
        user_agent: 'Some Browser/1.0',
        created_at: expect.any(String),
        last_used_at: body[0].created_at,
        expires_at: expect.any(String),
      },
      expect.objectContaining({
        id: sessionOf(token),
        current: true,
        address: '127.0.0.1',
      }),
      expect.objectContaining({ id: sessionOf(account.token), current: false }),
    ])
    const days = (Date.parse(body[0].expires_at) - Date.parse(body[0].created_at)) / 86_400_000
    expect(days).toBeCloseTo(7, 2)
  })

  it('tells when tokens were last issued, and lasts as long as the newest', async () => {
    const account = await cast.service.createAccount()
    const { access_token, refresh_token } = await logIn(account)
    await cast.service.database.query(
      `UPDATE sessions SET created_at = now() - interval '1 day',
         last_used_at = now() - interval '1 day', expires_at = now() + interval '1 hour' WHERE id = $1`,
      [sessionOf(access_token)],
    )
    const [before] = (await list(account.token)).body
    await cast.service.call('refreshToken', { body: { refresh_token } })
    const [after] = (await list(account.token)).body
    expect(after.created_at).toBe(before.created_at)
    expect(Date.parse(after.last_used_at) - Date.parse(before.last_used_at)).toBeGreaterThan(80e6)
    expect(Date.parse(after.expires_at) - Date.parse(before.expires_at)).toBeGreaterThan(500e6)
  })

  it('keeps 256 characters of the user agent, and none of an empty one', async () => {
    const account = await cast.service.createAccount()
    await logIn(account, { 'user-agent': 'x'.repeat(300) })
    await logIn(account, { 'user-agent': '' })
    const [empty, long] = (await list(account.token)).body
    expect(empty).not.toHaveProperty('user_agent')
    expect(long.user_agent).toBe('x'.repeat(256))
  })

  it('shows neither ended nor expired ones, nor what a session of before does not know', async () => {
    const account = await cast.service.createAccount()
    const ended = await logIn(account)
    await cast.service.call('logout', { body: { refresh_token: ended.refresh_token } })
    const add = (expiry: string) =>
      cast.service.database.query(
        `INSERT INTO sessions (user_id, expires_at) VALUES ($1, now() + $2::interval)`,
        [account.id, expiry],
      )
    await add('-1 second')
    await add('1 day')
    const { body, headers } = await list(account.token)
    expect(body).toHaveLength(2)
    expect(headers['x-total-count']).toBe('2')
    expect(Object.keys(body[0])).toEqual([
      'id',
      'current',
      'created_at',
      'last_used_at',
      'expires_at',
    ])
  })

  it('is paged like other lists', async () => {
    const account = await cast.service.createAccount()
    await logIn(account)
    await logIn(account)
    const first = await list(account.token, { cursor: '', per_page: 2 })
    const cursor = first.headers['x-next-cursor'] as string
    const second = await list(account.token, { cursor, per_page: 2 })
    const ids = [...first.body, ...second.body].map(({ id }) => id)
    expect(ids).toHaveLength(3)
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
    expect((await list(account.token, { page: 2, per_page: 2 })).body).toEqual(second.body)
    expect((await list(account.token, { cursor: 'x' })).status).toBe(422)
  })

  it('stores neither address nor user agent in clear', async () => {
    const account = await cast.service.createAccount()
    await logIn(account, { 'user-agent': 'Clear Agent', 'x-forwarded-for': '198.51.100.77' })
    const rows = await cast.service.database.query<{ text: string }>(
      `SELECT sessions::text || encode(address, 'escape') || encode(user_agent, 'escape') AS text
       FROM sessions WHERE user_id = $1 AND user_agent IS NOT NULL`,
      [account.id],
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { text } of rows) expect(text).not.toMatch(/clear agent|198\.51\.100/i)
  })

  it('wants a token, and takes no unknown parameter', async () => {
    expect((await cast.service.call('listSessions')).status).toBe(401)
    const { status, body } = await list(cast.user.token, { user_id: cast.user.id })
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'query', path: 'user_id' })
  })
})
