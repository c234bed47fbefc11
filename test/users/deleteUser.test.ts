import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Job } from '../../src/events/catalogue.ts'
import type { OperationId } from '../../src/generated/operations.ts'
import { newAccountNumber } from '../setup/account-numbers.ts'
import { useCast } from '../setup/cast.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

const cast = useCast({ worker: true })

const remove = (id: number, token: string, request = {}) =>
  cast.service.call('deleteUser', { params: { id }, token, ...request })

/** What stays: audit entries, and of the events that the user was deleted. */
const STAYING = ['audit_entries', 'pending_events', 'events']

/** Every table that has a user's id and goes with them. */
async function userTables(): Promise<string[]> {
  const tables = await cast.service.database.query<{ table: string }>(
    `SELECT table_name AS table FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'user_id' AND table_name <> ALL ($1)
     ORDER BY 1`,
    [STAYING],
  )
  return tables.map(({ table }) => table)
}

/** The tables that have rows of a user, by name. */
async function tablesWith(id: number): Promise<string[]> {
  const parts = (await userTables()).map(
    (table) => `SELECT '${table}' AS table WHERE EXISTS (SELECT FROM ${table} WHERE user_id = $1)`,
  )
  const rows = await cast.service.database.query<{ table: string }>(
    `SELECT 'users' AS table FROM users WHERE id = $1 UNION ALL ${parts.join(' UNION ALL ')}
     ORDER BY 1`,
    [id],
  )
  return rows.map(({ table }) => table)
}

/** Gives a user records of every kind. */
async function fill({ id, token }: Account): Promise<void> {
  const create = async (operation: OperationId, body: object) => {
    const headers = { 'idempotency-key': operation }
    const answer = await cast.service.call(operation, { params: { id }, token, body, headers })
    expect(answer.status).toBe(201)
  }
  await create('createEmployment', { company_name: 'Kaveri Textiles', is_current: true })
  const account_number = newAccountNumber()
  await create('createBankAccount', { bank_name: 'Deccan Bank', account_number })
  await create('createTask', { title: 'Call the bank' })
  await create('createImportProfile', { name: 'bank', kind: 'transactions', options: {} })
  await cast.service.database.query(
    `INSERT INTO one_time_tokens (user_id, purpose, token_hash, expires_at)
     VALUES ($1, 'password_reset', sha256($2), now() + interval '1 hour')`,
    [id, Buffer.from(String(id))],
  )
  await create('createApiKey', { name: 'Script', scopes: ['tasks:read'] })
  await cast.service.createTransaction(token, { user_id: id })
  await cast.service.database.query(
    `INSERT INTO reports (user_id, group_by, format, include_members)
     VALUES ($1, '{bank}', 'json', false)`,
    [id],
  )
  await cast.service.database.query(
    `INSERT INTO imports (user_id, kind, name, options) VALUES ($1, 'users', 'users', '{}')`,
    [id],
  )
  await cast.service.database.query(
    `WITH endpoint AS (
       INSERT INTO webhook_endpoints (url, secret, disabled_at, disabled_reason)
       VALUES ('', '', now(), 'request') RETURNING id
     ), delivery AS (
       INSERT INTO webhook_deliveries (user_id, endpoint_id, type, next_attempt_at)
       SELECT $1, id, 'ping', now() FROM endpoint RETURNING id
     ), attempt AS (
       INSERT INTO webhook_attempts (user_id, delivery_id, started_at, duration_ms, error)
       SELECT $1, id, now(), 1, 'dns' FROM delivery
     )
     INSERT INTO webhook_lanes (user_id, endpoint_id, due_at) SELECT $1, id, now() FROM endpoint`,
    [id],
  )
  await cast.service.database.query(
    `INSERT INTO alerts (user_id, kind, cause, score, previous_score)
     VALUES ($1, 'score_drop', '1', 500, 700)`,
    [id],
  )
  await cast.service.settled()
}

describe('deleteUser', () => {
  it('deletes the user with all their records, in every table', async () => {
    // Only admins have API keys.
    const gone = await cast.service.logIn(await cast.service.createAccount('admin'))
    await fill(gone)
    const request = { params: { id: gone.id }, token: gone.token }
    expect((await cast.service.call('getUserAnalytics', request)).body.transaction_count).toBe(1)
    // An outbox row exists only until its figures do.
    const filled = [...(await userTables()).filter((table) => table !== 'outbox'), 'users'].sort()
    expect(await tablesWith(gone.id)).toEqual(filled)
    const { status, body } = await remove(gone.id, gone.token)
    expect([status, body]).toEqual([204, ''])
    expect(await tablesWith(gone.id)).toEqual([])
    for (const operation of [
      ...(['getUser', 'getUserAnalytics', 'getUserDailyAnalytics'] as const),
      ...(['listUserTransactions', 'listEmployments', 'listBankAccounts'] as const),
    ]) {
      const answer = await cast.service.call(operation, { ...request, token: cast.staff.token })
      expect([operation, answer.status]).toEqual([operation, 404])
    }
  })

  it('deletes the cached answers of the user', async () => {
    const gone = await cast.service.createCustomer(cast.staff.token)
    const read = (value: string) =>
      cast.service.services.cache.getOrSet(
        { userId: gone.id, kind: 'figures', name: 'test' },
        async () => value,
      )
    expect([await read('before'), await read('after')]).toEqual(['before', 'before'])
    await remove(gone.id, cast.staff.token)
    expect(await read('after')).toBe('after')
  })

  it('frees the number of a bank account', async () => {
    const body = { bank_name: 'Deccan Bank', account_number: newAccountNumber() }
    const add = async (id: number) =>
      (
        await cast.service.call('createBankAccount', {
          params: { id },
          token: cast.staff.token,
          body,
        })
      ).status
    const gone = await cast.service.createCustomer(cast.staff.token)
    expect(await add(gone.id)).toBe(201)
    expect(await add(cast.user.id)).toBe(409)
    await remove(gone.id, cast.staff.token)
    expect(await add(cast.user.id)).toBe(201)
  })

  it('lets a later job of the user end quietly', async () => {
    const gone = await cast.service.createCustomer(cast.staff.token)
    const kept = await cast.service.createCustomer(cast.staff.token)
    await remove(gone.id, cast.staff.token)
    const job = (userId: number): Job => ({
      consumer: 'recomputeStatistics',
      payload: { user_ids: [userId] },
    })
    const recompute = vi.spyOn(cast.service.services.analytics, 'recompute')
    await cast.service.services.queue.add([job(gone.id), job(kept.id)])
    await vi.waitFor(() => expect(recompute).toHaveBeenCalledWith([gone.id]), { timeout: 10_000 })
    await Promise.all(recompute.mock.results.map(({ value }) => value))
    await cast.service.createTransaction(cast.staff.token, { user_id: kept.id })
    await cast.service.settled()
    recompute.mockRestore()
    expect(await cast.service.services.queue.failed(10)).toEqual([])
    expect(await tablesWith(gone.id)).toEqual([])
  })

  it('succeeds while changes of the user wait', async () => {
    const gone = await cast.service.createCustomer(cast.staff.token)
    await Promise.all(
      Array.from({ length: 5 }, () =>
        cast.service.createTransaction(cast.staff.token, { user_id: gone.id }),
      ),
    )
    expect((await remove(gone.id, cast.staff.token)).status).toBe(204)
    await cast.service.settled()
    expect(await tablesWith(gone.id)).toEqual([])
  })

  it('ends the account: login fails, and its names are free again', async () => {
    const gone = await cast.service.createAccount()
    const { username, password } = gone
    await remove(gone.id, gone.token)
    expect((await cast.service.call('login', { body: { username, password } })).status).toBe(401)
    const again = await cast.service.call('register', { body: { username, password } })
    expect(again.status).toBe(201)
    expect(again.body.user.id).toBeGreaterThan(gone.id)
  })

  it('answers 204 to one of two concurrent requests', async () => {
    const gone = await cast.service.createCustomer(cast.staff.token)
    const answers = await Promise.all([
      remove(gone.id, cast.staff.token),
      remove(gone.id, cast.admin.token),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404])
  })

  it('hides other users from customers', async () => {
    const { status, body } = await remove(cast.staff.id, cast.user.token)
    expect(status).toBe(404)
    expect(body.detail).toBe(`User with ID ${cast.staff.id} not found`)
  })

  it('answers 404 for an unknown id', async () => {
    expect((await remove(999_999, cast.staff.token)).status).toBe(404)
  })

  it('lets staff delete themselves, but no colleague', async () => {
    const colleague = await cast.service.createAccount('staff')
    for (const { id } of [colleague, cast.admin]) {
      const { status, body } = await remove(id, cast.staff.token)
      expect([status, body.code]).toEqual([403, 'forbidden'])
    }
    expect((await remove(colleague.id, colleague.token)).status).toBe(204)
  })

  it('refuses an invalid id and a query parameter', async () => {
    expect((await remove(0, cast.user.token)).body.errors[0]).toMatchObject({
      in: 'path',
      path: 'id',
    })
    const { body } = await remove(cast.user.id, cast.user.token, { query: { force: true } })
    expect(body.errors[0]).toMatchObject({ in: 'query', path: 'force', code: 'unknown_parameter' })
  })

  it('needs a token', async () => {
    const answer = await cast.service.call('deleteUser', { params: { id: cast.user.id } })
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
