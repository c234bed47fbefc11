import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { waitForLock } from '../setup/lock.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'

const cast = useCast()

const update = (id: number, body: unknown, token = cast.admin.token, own = cast.service) =>
  own.call('updateUser', { params: { id }, body, token })
const me = (token: string) => cast.service.call('getMe', { token })
const login = ({ username, password }: Account) =>
  cast.service.call('login', { body: { username, password } })

describe('giving a role', () => {
  it('takes effect at once, both ways, and ends no login', async () => {
    const { id, token } = await cast.service.createAccount()
    expect((await cast.service.call('listUsers', { token })).status).toBe(403)
    const given = await update(id, { role: 'staff' })
    expect([given.status, given.body.role]).toEqual([200, 'staff'])
    expect((await cast.service.call('listUsers', { token })).status).toBe(200)
    await update(id, { role: 'user' })
    expect((await cast.service.call('listUsers', { token })).status).toBe(403)
    expect((await me(token)).status).toBe(200)
  })

  it('is possible for an account that cannot log in', async () => {
    const customer = await cast.service.createCustomer(cast.staff.token)
    const { status, body } = await update(customer.id, { role: 'staff' })
    expect([status, body.role]).toEqual([200, 'staff'])
  })

  it('is stored together with other changes, or not at all', async () => {
    const taken = await cast.service.createCustomer(cast.staff.token)
    const { id } = await cast.service.createAccount()
    const refused = await update(id, { role: 'staff', email: taken.email })
    expect(refused.status).toBe(409)
    expect(
      (await cast.service.call('getUser', { params: { id }, token: cast.admin.token })).body.role,
    ).toBe('user')
    expect((await update(id, { role: 'staff', age: 40 })).body).toMatchObject({
      role: 'staff',
      age: 40,
    })
  })

  it('is for admins, even with the current value', async () => {
    for (const [caller, body] of [
      [cast.user, { role: 'user' }],
      [cast.user, { role: 'admin', age: 40 }],
      [cast.user, { disabled: false }],
      [cast.staff, { role: 'staff' }],
      [cast.staff, { disabled: true }],
    ] as const) {
      const answer = await update(caller.id, body, caller.token)
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden'])
    }
    const customer = await cast.service.createCustomer(cast.staff.token)
    expect((await update(customer.id, { disabled: true }, cast.staff.token)).status).toBe(403)
    expect((await update(cast.staff.id, { role: 'user' }, cast.user.token)).status).toBe(404)
  })

  it.each([
    ['/role', 'enum', { role: 'root' }],
    ['/role', 'enum', { role: null }],
    ['/disabled', 'type', { disabled: 'true' }],
    ['/disabled', 'type', { disabled: null }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await update(cast.user.id, body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ in: 'body', path, code }))
  })

  it('answers 404 for an unknown id', async () => {
    expect((await update(999_999, { role: 'staff' })).status).toBe(404)
  })
})

describe('disabling an account', () => {
  it('ends its access at once: token, key, login and refresh', async () => {
    const account = await cast.service.createAccount()
    const { body: pair } = await login(account)
    const { body: made } = await cast.service.call('createApiKey', {
      token: cast.admin.token,
      body: { name: 'A key', scopes: ['users:read'], user_id: account.id },
    })
    const { status, body } = await update(account.id, { disabled: true })
    expect([status, body.disabled]).toEqual([200, true])
    for (const token of [account.token, made.key]) {
      const answer = await me(token)
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized'])
    }
    const refused = await login(account)
    expect([refused.status, refused.body.code]).toEqual([403, 'account_disabled'])
    const refresh = await cast.service.call('refreshToken', {
      body: { refresh_token: pair.refresh_token },
    })
    expect([refresh.status, refresh.body.code]).toEqual([401, 'invalid_refresh_token'])
  })

  it('shows only with the right password', async () => {
    const account = await cast.service.createAccount()
    await update(account.id, { disabled: true })
    const { status, body } = await login({ ...account, password: 'a wrong password' })
    expect([status, body.code]).toEqual([401, 'invalid_credentials'])
  })

  it('can be undone; what was revoked stays revoked', async () => {
    const account = await cast.service.createAccount()
    const { body: pair } = await login(account)
    await update(account.id, { disabled: true })
    const { status, body } = await update(account.id, { disabled: false })
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('disabled')
    expect((await me(account.token)).status).toBe(401)
    expect((await login(account)).status).toBe(200)
    const refresh = await cast.service.call('refreshToken', {
      body: { refresh_token: pair.refresh_token },
    })
    expect(refresh.status).toBe(401)
  })

  it('refuses the session that a login under way leaves behind', async () => {
    const account = await cast.service.createAccount()
    await update(account.id, { disabled: true })
    await cast.service.database.query(
      `WITH session AS (
         INSERT INTO sessions (user_id, expires_at) VALUES ($1, now() + interval '1 day') RETURNING id
       )
       INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
       SELECT id, sha256('left behind'), now() + interval '1 day' FROM session`,
      [account.id],
    )
    const refresh = () =>
      cast.service.call('refreshToken', { body: { refresh_token: 'left behind' } })
    expect((await refresh()).status).toBe(401)
    await update(account.id, { disabled: false })
    expect((await refresh()).status).toBe(401)
  })

  it('waits for an exchange of tokens under way, and makes its new tokens useless', async () => {
    const account = await cast.service.createAccount('admin')
    const { body: pair } = await login(account)
    const session = await openSession(cast.service.database.url)
    await session.query('BEGIN')
    const [own] = await session.query(
      `SELECT id FROM sessions WHERE id = (
         SELECT session_id FROM refresh_tokens WHERE token_hash = sha256(convert_to($1, 'UTF8'))
       ) FOR NO KEY UPDATE`,
      [pair.refresh_token],
    )
    const disabling = update(account.id, { disabled: true })
    await waitForLock(cast.service)
    await session.query(
      `INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
       VALUES ($1, sha256('exchanged'), now() + interval '1 day')`,
      [own.id],
    )
    await session.query('COMMIT')
    await session.close()
    expect((await disabling).status).toBe(200)
    const refresh = await cast.service.call('refreshToken', {
      body: { refresh_token: 'exchanged' },
    })
    expect(refresh.status).toBe(401)
  })

  it('keeps its time when repeated', async () => {
    const { id } = await cast.service.createAccount()
    await update(id, { disabled: true })
    const since = () =>
      cast.service.database.query('SELECT disabled_at FROM users WHERE id = $1', [id])
    const before = await since()
    await update(id, { disabled: true, age: 50 })
    expect(await since()).toEqual(before)
  })

  it('shows the account to staff as disabled, and keeps its records', async () => {
    const account = await cast.service.createAccount()
    await cast.service.createTransaction(account.token, { user_id: account.id })
    await update(account.id, { disabled: true })
    const params = { id: account.id }
    const read = await cast.service.call('getUser', { params, token: cast.staff.token })
    expect(read.body.disabled).toBe(true)
    const history = await cast.service.call('listUserTransactions', {
      params,
      token: cast.staff.token,
    })
    expect(history.body).toHaveLength(1)
  })
})

describe('the last admin', () => {
  let own: TestService
  beforeAll(async () => {
    own = await startTestService()
  })
  afterAll(() => own.close())

  it('can be neither disabled, demoted nor deleted', async () => {
    const last = await own.createAccount('admin')
    const disabled = await own.createAccount('admin')
    expect((await update(disabled.id, { disabled: true }, last.token, own)).status).toBe(200)
    const customer = await own.createCustomer(last.token)
    expect((await update(customer.id, { role: 'admin' }, last.token, own)).status).toBe(200)
    for (const change of [{ disabled: true }, { role: 'staff' }, { role: 'user', age: 40 }]) {
      const { status, body } = await update(last.id, change, last.token, own)
      expect([status, body.code]).toEqual([409, 'last_admin'])
    }
    const params = { id: last.id }
    const removed = await own.call('deleteUser', { params, token: last.token })
    expect([removed.status, removed.body.code]).toEqual([409, 'last_admin'])
    for (const id of [disabled.id, customer.id]) {
      const answer = await own.call('deleteUser', { params: { id }, token: last.token })
      expect(answer.status).toBe(204)
    }
    expect(
      (await update(last.id, { role: 'admin', disabled: false }, last.token, own)).status,
    ).toBe(200)
  })

  it.each([
    ['demoting', { role: 'user' }],
    ['disabling', { disabled: true }],
  ])('remains when two admins remove each other by %s', async (_, change) => {
    await own.database.query('DELETE FROM users')
    const [first, second] = [await own.createAccount('admin'), await own.createAccount('admin')]
    const session = await openSession(own.database.url)
    await session.query('BEGIN')
    await session.query('SELECT id FROM users FOR UPDATE')
    const answers = Promise.all([
      update(first.id, change, second.token, own),
      update(second.id, change, first.token, own),
    ])
    await waitForLock(own, 2)
    await session.query('COMMIT')
    expect((await answers).map(({ status }) => status).sort()).toEqual([200, 409])
    await session.close()
    const [left] = await own.database.query(
      `SELECT count(*)::int AS count FROM users WHERE role = 'admin' AND disabled_at IS NULL`,
    )
    expect(left).toEqual({ count: 1 })
  })
})
