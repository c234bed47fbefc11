import { describe, expect, it } from 'vitest'
import { ALL_SCOPES } from '../access/operations.ts'
import { createKey } from '../access/scene.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast({ env: { PUBLIC_URL: 'https://passbook.example' } })

const make = (id: number, token?: string, headers = {}) =>
  cast.service.call('createPasswordReset', { params: { id }, headers, ...(token && { token }) })

const confirm = (token: string) =>
  cast.service.call('confirmPasswordReset', { body: { token, new_password: 'handed over words' } })

describe('createPasswordReset', () => {
  it('makes a link for half an hour, which works once', async () => {
    const { id, username } = await cast.service.createAccount()
    const { status, headers, body } = await make(id, cast.admin.token)
    expect([status, headers['cache-control']]).toEqual([201, 'no-store'])
    expect(body.token).toMatch(/^[\w-]{43}$/)
    expect(body.url).toBe(`https://passbook.example/#reset-password=${body.token}`)
    expect(Date.parse(body.expires_at) - Date.now()).toBeGreaterThan(29 * 60_000)
    expect(Date.parse(body.expires_at) - Date.now()).toBeLessThanOrEqual(30 * 60_000)
    expect((await confirm(body.token)).status).toBe(204)
    const login = { username, password: 'handed over words' }
    expect((await cast.service.call('login', { body: login })).status).toBe(200)
    expect((await confirm(body.token)).status).toBe(422)
  })

  it('ends an older link, and answers a retry with the same', async () => {
    const { id } = await cast.service.createAccount()
    const older = await make(id, cast.admin.token)
    const key = { 'idempotency-key': `reset-${id}` }
    const newer = await make(id, cast.admin.token, key)
    const replayed = await make(id, cast.admin.token, key)
    expect(replayed.body).toEqual(newer.body)
    expect((await confirm(older.body.token)).status).toBe(422)
    expect((await confirm(newer.body.token)).status).toBe(204)
  })

  it('stores no readable token', async () => {
    const { id } = await cast.service.createAccount()
    const { body } = await make(id, cast.admin.token)
    const [row] = await cast.service.database.query<{ text: string }>(
      'SELECT one_time_tokens::text AS text FROM one_time_tokens WHERE user_id = $1',
      [id],
    )
    expect(row?.text).not.toContain(Buffer.from(body.token).toString('hex'))
  })

  it('is for admins alone, and for no key of theirs', async () => {
    expect((await make(cast.user.id)).status).toBe(401)
    for (const { token } of [cast.user, cast.staff]) {
      expect((await make(cast.user.id, token)).status).toBe(403)
    }
    const admin = { ...cast.admin, role: 'admin' } as const
    const key = await createKey(cast.service, admin, ALL_SCOPES)
    expect((await make(cast.user.id, key)).status).toBe(403)
  })

  it('refuses a customer who cannot log in, and a user who is not there', async () => {
    const { id } = await cast.service.createCustomer(cast.staff.token)
    const { status, body } = await make(id, cast.admin.token)
    expect([status, body.code]).toEqual([409, 'no_login'])
    expect((await make(999_999, cast.admin.token)).status).toBe(404)
    expect((await make(0, cast.admin.token)).status).toBe(422)
  })
})
