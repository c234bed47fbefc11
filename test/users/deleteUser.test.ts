import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let staff: Account
let admin: Account

beforeAll(async () => {
  service = await startTestService({ worker: true })
  user = await service.createAccount()
  staff = await service.createAccount('staff')
  admin = await service.createAccount('admin')
})
afterAll(() => service.close())

const remove = (id: number, token: string, request = {}) =>
  service.call('deleteUser', { params: { id }, token, ...request })

/** How many rows of every table that names a user are left of one. */
async function countRows(id: number): Promise<number> {
  const tables = await service.database.query<{ table: string }>(
    `SELECT table_name AS table FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'user_id'`,
  )
  const parts = tables.map(({ table }) => `SELECT 1 FROM ${table} WHERE user_id = $1`)
  const [row] = await service.database.query<{ count: number }>(
    `SELECT count(*)::int AS count
     FROM (SELECT 1 FROM users WHERE id = $1 UNION ALL ${parts.join(' UNION ALL ')}) AS rows`,
    [id],
  )
  return row?.count ?? 0
}

describe('deleteUser', () => {
  it('deletes the user with transactions, figures, tokens and what waits', async () => {
    const gone = await service.createAccount()
    await service.createTransaction(gone.token, { user_id: gone.id })
    await service.settled()
    await service.call('getUserAnalytics', { params: { id: gone.id }, token: gone.token })
    expect(await countRows(gone.id)).toBeGreaterThanOrEqual(5)
    const { status, body } = await remove(gone.id, gone.token)
    expect([status, body]).toEqual([204, ''])
    expect(await countRows(gone.id)).toBe(0)
    for (const operation of ['getUser', 'getUserAnalytics', 'listUserTransactions'] as const) {
      const answer = await service.call(operation, { params: { id: gone.id }, token: staff.token })
      expect(answer.status).toBe(404)
    }
  })

  it('goes well with changes of the user’s that are still to be worked on', async () => {
    const gone = await service.createCustomer(staff.token)
    await Promise.all(
      Array.from({ length: 5 }, () => service.createTransaction(staff.token, { user_id: gone.id })),
    )
    expect((await remove(gone.id, staff.token)).status).toBe(204)
    await service.settled()
    expect(await countRows(gone.id)).toBe(0)
  })

  it('ends the account: no login, and its names are free again', async () => {
    const gone = await service.createAccount()
    const { username, password } = gone
    await remove(gone.id, gone.token)
    expect((await service.call('login', { body: { username, password } })).status).toBe(401)
    const again = await service.call('register', { body: { username, password } })
    expect(again.status).toBe(201)
    expect(again.body.user.id).toBeGreaterThan(gone.id)
  })

  it('answers 204 to one of two at the same moment', async () => {
    const gone = await service.createCustomer(staff.token)
    const answers = await Promise.all([
      ...[remove(gone.id, staff.token), remove(gone.id, admin.token)],
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404])
  })

  it('hides somebody else from users', async () => {
    const { status, body } = await remove(staff.id, user.token)
    expect(status).toBe(404)
    expect(body.detail).toBe(`User with ID ${staff.id} not found`)
  })

  it('answers 404 where there is no user', async () => {
    expect((await remove(999_999, staff.token)).status).toBe(404)
  })

  it('lets staff delete themselves, but of their colleagues none', async () => {
    const colleague = await service.createAccount('staff')
    for (const { id } of [colleague, admin]) {
      const { status, body } = await remove(id, staff.token)
      expect([status, body.code]).toEqual([403, 'forbidden'])
    }
    expect((await remove(colleague.id, colleague.token)).status).toBe(204)
  })

  it('refuses a wrong id and a query parameter', async () => {
    expect((await remove(0, user.token)).body.errors[0]).toMatchObject({ path: 'params.id' })
    const { body } = await remove(user.id, user.token, { query: { force: true } })
    expect(body.errors[0]).toMatchObject({ path: 'query.force', code: 'unknown_parameter' })
  })

  it('wants a token', async () => {
    const answer = await service.call('deleteUser', { params: { id: user.id } })
    expect(answer.status).toBe(401)
  })
})

describe('deleteUser of admins', () => {
  let own: TestService
  beforeAll(async () => {
    own = await startTestService()
  })
  afterAll(() => own.close())

  it('keeps the last one, also when several delete each other', async () => {
    const admins = await Promise.all([1, 2, 3].map(() => own.createAccount('admin')))
    const answers = await Promise.all(
      admins.map((caller, index) => {
        const { id } = admins[(index + 1) % admins.length] as Account
        return own.call('deleteUser', { params: { id }, token: caller.token })
      }),
    )
    for (const { status } of answers) expect([204, 401, 404, 409]).toContain(status)
    const left = await own.database.query<{ id: string }>(`SELECT id FROM users`)
    expect(left.length).toBeGreaterThanOrEqual(1)
    const last = admins.find(({ id }) => id === Number(left[0]?.id)) as Account
    for (const { id } of left.slice(1)) {
      await own.call('deleteUser', { params: { id }, token: last.token })
    }
    const { status, body } = await own.call('deleteUser', {
      params: { id: last.id },
      token: last.token,
    })
    expect([status, body.code]).toEqual([409, 'last_admin'])
    expect((await own.call('getMe', { token: last.token })).status).toBe(200)
  })
})
