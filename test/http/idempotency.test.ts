import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitForLock } from '../setup/lock.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'

let service: TestService
let staff: Account
let other: Account

beforeAll(async () => {
  service = await startTestService({ worker: true })
  staff = await service.createAccount('staff')
  other = await service.createAccount('staff')
})
afterAll(() => service.close())

const newUser = () => ({ name: 'Repeated Customer', email: `${randomUUID()}@customers.example` })
const create = (body: unknown, key: string, token = staff.token) =>
  service.call('createUser', { body, token, headers: { 'idempotency-key': key } })
const usersOf = async (email: string) => {
  const { body } = await service.call('listUsers', { query: { email }, token: staff.token })
  return body.length
}

describe('Idempotency-Key', () => {
  it('replays status, body and related headers, without repeating the work', async () => {
    const user = newUser()
    const key = randomUUID()
    const first = await create(user, key)
    expect(first.status).toBe(201)
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    const again = await create(user, key)
    expect([again.status, again.body]).toEqual([201, first.body])
    expect(again.headers).toMatchObject({
      'idempotency-replayed': 'true',
      location: first.headers['location'],
      etag: first.headers['etag'],
    })
    expect(await usersOf(user.email)).toBe(1)
  })

  it('replays the original answer even after the record has changed', async () => {
    const key = randomUUID()
    const user = newUser()
    const { body } = await create(user, key)
    const change = { params: { id: body.id }, body: { age: 44 }, token: staff.token }
    expect((await service.call('updateUser', change)).status).toBe(200)
    expect((await create(user, key)).body).toEqual(body)
  })

  it('is deleted with any user its answer is about', async () => {
    const kept = () => service.services.database.idempotencyKey.count()
    const headers = () => ({ 'idempotency-key': randomUUID() })
    const { token } = staff
    const { id } = (await create(newUser(), randomUUID())).body
    const customer = (await create(newUser(), randomUUID())).body
    const before = await kept()
    const params = { id }
    const transaction = { user_id: id, transaction_date: '2026-03-01' }
    const amount = { transaction_amount: '1.00', transaction_type: 'debit' }
    const employment = { params, body: { company_name: 'Kaveri Textiles' }, token }
    const employed = await service.call('createEmployment', {
      ...employment,
      headers: headers(),
    })
    const one = { body: { ...transaction, ...amount }, token }
    const booked = await service.call('createTransaction', { ...one, headers: headers() })
    const theirs = { ...one.body, user_id: customer.id }
    const many = { body: { transactions: [one.body, theirs] }, token }
    const booking = await service.call('bulkCreateTransactions', {
      ...many,
      headers: headers(),
    })
    const users = await service.call('bulkCreateUsers', {
      body: { users: [newUser(), newUser()] },
      token,
      headers: headers(),
    })
    const last = await create(newUser(), randomUUID())
    expect([employed, booked, booking, users, last].map(({ status }) => status)).toEqual(
      Array(5).fill(201),
    )
    expect(await kept()).toBe(before + 5)
    await service.call('deleteUser', { params, token })
    expect(await kept()).toBe(before + 1)
    const ids = users.body.results.map((item: { user: { id: number } }) => item.user.id)
    await service.call('bulkDeleteUsers', { body: { ids: [ids[1], last.body.id] }, token })
    expect(await kept()).toBe(before - 1)
  })

  it('ignores the order of fields, but not a different value', async () => {
    const key = randomUUID()
    const { name, email } = newUser()
    const { body } = await create({ name, email, age: 30 }, key)
    expect((await create({ age: 30, email, name }, key)).body).toEqual(body)
    const refused = await create({ name, email, age: 31 }, key)
    expect([refused.status, refused.body.code]).toEqual([422, 'idempotency_key_reused'])
    expect(refused.body.errors).toEqual([
      expect.objectContaining({ in: 'header', path: 'Idempotency-Key', code: 'reused' }),
    ])
  })

  it('is refused for another operation, and independent for another caller', async () => {
    const key = randomUUID()
    const user = newUser()
    await create(user, key)
    const elsewhere = await service.call('createTransaction', {
      body: {
        user_id: staff.id,
        transaction_date: '2026-03-01',
        transaction_amount: '1.00',
        transaction_type: 'debit',
      },
      headers: { 'idempotency-key': key },
      token: staff.token,
    })
    expect(elsewhere.status).toBe(422)
    const theirs = await create(newUser(), key, other.token)
    expect([theirs.status, theirs.headers['idempotency-replayed']]).toEqual([201, undefined])
  })

  it('stays unused when the request is refused', async () => {
    const key = randomUUID()
    const taken = newUser()
    await create(taken, randomUUID())
    expect((await create(taken, key)).status).toBe(409)
    expect((await create({ name: '' }, key)).status).toBe(422)
    const mended = await create(newUser(), key)
    expect([mended.status, mended.headers['idempotency-replayed']]).toEqual([201, undefined])
  })

  it('creates one row for 50 concurrent requests, which get equal answers or 409', async () => {
    const key = randomUUID()
    const user = newUser()
    const answers = await Promise.all(Array.from({ length: 50 }, () => create(user, key)))
    const created = answers.filter(({ status }) => status === 201)
    const refused = answers.filter(({ status }) => status !== 201)
    expect(created.length).toBeGreaterThan(0)
    expect(new Set(created.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(created.filter(({ headers }) => !headers['idempotency-replayed'])).toHaveLength(1)
    for (const { status, headers, body } of refused) {
      expect([status, body.code]).toEqual([409, 'idempotency_key_in_use'])
      expect(headers['retry-after']).toBe('1')
    }
    expect(await usersOf(user.email)).toBe(1)
  })

  it('is in flight until the transaction ends', async () => {
    const key = randomUUID()
    const user = newUser()
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query('LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE')
    const first = create(user, key)
    await waitForLock(service)
    expect((await create(user, key)).status).toBe(409)
    await session.query('COMMIT')
    await session.close()
    expect((await first).status).toBe(201)
    expect((await create(user, key)).headers['idempotency-replayed']).toBe('true')
  })

  it('stores both the effect and the key, or neither', async () => {
    const key = randomUUID()
    const user = newUser()
    await service.database.query('ALTER TABLE idempotency_keys RENAME TO away')
    expect((await create(user, key)).status).toBe(500)
    await service.database.query('ALTER TABLE away RENAME TO idempotency_keys')
    expect(await usersOf(user.email)).toBe(0)
    expect((await create(user, key)).status).toBe(201)
  })

  it('lets the worker process what was committed with it', async () => {
    const send = () =>
      service.call('createTransaction', {
        body: {
          user_id: staff.id,
          transaction_date: '2026-03-02',
          transaction_amount: '12.50',
          transaction_type: 'credit',
        },
        headers: { 'idempotency-key': 'salary for March' },
        token: staff.token,
      })
    const { body } = await send()
    expect((await send()).body).toEqual(body)
    await service.settled()
    const figures = await service.call('getUserAnalytics', {
      params: { id: staff.id },
      token: staff.token,
    })
    expect(figures.body).toMatchObject({ transaction_count: 1, total_credit: '12.50' })
  })

  it('works for a bulk request with duplicate references', async () => {
    const key = randomUUID()
    const item = {
      user_id: staff.id,
      transaction_date: '2026-03-03',
      reference: randomUUID(),
      transaction_amount: '1.00',
      transaction_type: 'debit',
    }
    const bulk = () =>
      service.call('bulkCreateTransactions', {
        body: { mode: 'partial', transactions: [item, item, {}] },
        headers: { 'idempotency-key': key },
        token: staff.token,
      })
    const first = await bulk()
    expect(first.body).toMatchObject({ created: 1, failed: 2 })
    expect((await bulk()).body).toEqual(first.body)
  })

  it('works without an account: a repeated registration gets the same answer', async () => {
    const body = { username: `repeated-${Date.now()}`, password: 'correct horse battery' }
    const register = (sent: object) =>
      service.call('register', { body: sent, headers: { 'idempotency-key': 'my registration' } })
    const first = await register(body)
    expect(first.status).toBe(201)
    const again = await register(body)
    expect(again.body).toEqual(first.body)
    expect((await register({ ...body, password: 'another password' })).status).toBe(422)
  })

  it('expires after 24 hours', async () => {
    const key = randomUUID()
    const user = newUser()
    await create(user, key)
    const age = (hours: number) =>
      service.database.query(
        `UPDATE idempotency_keys SET created_at = now() - make_interval(hours => $1)`,
        [hours],
      )
    await age(23)
    expect((await create(user, key)).status).toBe(201)
    await age(25)
    expect((await create(user, key)).body.code).toBe('email_taken')
    await service.services.queue.add([{ consumer: 'deleteOldAnswers', payload: {} }])
    await expect
      .poll(() => service.services.database.idempotencyKey.count(), { timeout: 10_000 })
      .toBe(0)
  })

  it('is stored without any readable content', async () => {
    const key = `key of ${randomUUID()}`
    await create({ name: 'Legibly Named', email: 'legible@customers.example' }, key)
    const rows = await service.database.query('SELECT * FROM idempotency_keys')
    expect(rows.length).toBeGreaterThan(0)
    const text = rows
      .flatMap(Object.values)
      .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))
      .join('\n')
    expect(text).not.toMatch(/key of|legibl|customers/i)
  })

  it.each([
    ['an empty key', ''],
    ['a key that is too long', 'k'.repeat(256)],
    ['a key with non-ASCII characters', 'clé'],
  ])('refuses %s', async (_, key) => {
    const { status, body } = await create(newUser(), key)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'header', path: 'Idempotency-Key' })
  })
})
