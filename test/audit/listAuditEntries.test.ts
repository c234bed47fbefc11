import { beforeAll, describe, expect, it } from 'vitest'
import { createKey } from '../access/scene.ts'
import { useCast } from '../setup/cast.ts'
import type { Account } from '../setup/service.ts'

const cast = useCast()
let customer: number

const list = (query = {}, token = cast.admin.token) =>
  cast.service.call('listAuditEntries', { query, token })

const actionsOf = (body: readonly { readonly action: string; readonly outcome: string }[]) =>
  body.map(({ action, outcome }) => `${action} ${outcome}`)

const logIn = ({ username }: Account, password: string) =>
  cast.service.call('login', { body: { username, password } })

beforeAll(async () => {
  const { service, admin, staff, user } = cast
  await service.logIn(user)
  customer = (await service.createCustomer(staff.token)).id
  await service.call('updateUser', {
    params: { id: user.id },
    body: { disabled: false },
    token: admin.token,
  })
  await service.call('deleteUser', { params: { id: customer }, token: staff.token })
  await logIn(user, 'wrong password')
})

describe('listAuditEntries', () => {
  it('lists what was done and refused, newest first', async () => {
    const { status, body, headers } = await list({ per_page: 3 })
    expect(status).toBe(200)
    expect(Number(headers['x-total-count'])).toBeGreaterThan(3)
    expect(actionsOf(body)).toEqual([
      'account.login refused',
      'user.delete succeeded',
      'user.change_rights succeeded',
    ])
    expect(body[1]).toEqual({
      id: expect.any(Number),
      created_at: expect.any(String),
      action: 'user.delete',
      outcome: 'succeeded',
      actor_id: cast.staff.id,
      user_id: customer,
      subject: `user:${customer}`,
      request_id: expect.any(String),
      address: '127.0.0.1',
      count: 1,
    })
  })

  it('says whose login was refused, and names nobody for an unknown user name', async () => {
    const [known] = (await list({ action: 'account.login', user_id: cast.user.id })).body
    expect(known).toMatchObject({ outcome: 'refused', user_id: cast.user.id })
    expect(known).not.toHaveProperty('actor_id')
    await cast.service.call('login', { body: { username: 'nobody-here', password: 'x' } })
    const [unknown] = (await list({ action: 'account.login' })).body
    expect(unknown).not.toHaveProperty('user_id')
    expect(unknown).not.toHaveProperty('subject')
    expect(JSON.stringify(unknown)).not.toContain('nobody-here')
  })

  it('filters by user, actor and action', async () => {
    const { body: about } = await list({ user_id: customer })
    expect(actionsOf(about)).toEqual(['user.delete succeeded'])
    const { body: by } = await list({ actor_id: cast.staff.id, action: 'user.delete' })
    expect(by.map(({ user_id }: { user_id: number }) => user_id)).toEqual([customer])
    expect((await list({ action: 'dataset.delete' })).body).toEqual([])
  })

  it('is read by cursor, and skips nothing while entries come', async () => {
    const all = (await list({ per_page: 100 })).body.map(({ id }: { id: number }) => id)
    const first = await list({ cursor: '', per_page: 2 })
    await logIn(cast.other, cast.other.password)
    const cursor = String(first.headers['x-next-cursor'])
    const second = await list({ cursor, per_page: 2 })
    const ids = [...first.body, ...second.body].map(({ id }) => id)
    expect(ids).toEqual(all.slice(0, 4))
  })

  it('stores no address in plain text', async () => {
    const rows = await cast.service.database.query<{ address: Buffer }>(
      'SELECT address FROM audit_entries',
    )
    for (const { address } of rows) expect(address.includes('127.0.0.1')).toBe(false)
  })

  it.each([
    ['per_page', { per_page: 101 }],
    ['cursor', { cursor: 'WyJ4Il0' }],
    ['action', { action: 'DROP TABLE' }],
    ['user_id', { user_id: 'x' }],
    ['outcome', { outcome: 'refused' }],
  ])('refuses %s', async (path, query) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'query', path })
  })

  it('is for admins, and for their keys with audit:read', async () => {
    for (const role of ['user', 'staff'] as const) {
      const { token } = await cast.service.createAccount(role)
      expect((await list({}, token)).status).toBe(403)
    }
    const admin = { ...cast.admin, role: 'admin' } as const
    const reads = await createKey(cast.service, admin, ['audit:read'])
    expect((await list({}, reads)).status).toBe(200)
    const other = await createKey(cast.service, admin, ['users:read'])
    expect((await list({}, other)).status).toBe(403)
  })

  it('wants a token', async () => {
    expect((await cast.service.call('listAuditEntries')).status).toBe(401)
  })
})
