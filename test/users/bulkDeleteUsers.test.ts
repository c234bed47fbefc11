import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

const cast = useCast({ worker: true })

const remove = (ids: unknown, token: string = cast.staff.token, from: TestService = cast.service) =>
  from.call('bulkDeleteUsers', { body: { ids }, token })

const createCustomers = async (count: number): Promise<number[]> => {
  const customers = await Promise.all(
    Array.from({ length: count }, () => cast.service.createCustomer(cast.staff.token)),
  )
  return customers.map(({ id }) => id)
}

/** Those of the given ids that exist. */
async function existing(
  ids: readonly number[],
  from: TestService = cast.service,
): Promise<number[]> {
  const rows = await from.database.query<{ id: string }>(
    'SELECT id FROM users WHERE id = ANY($1) ORDER BY id',
    [ids],
  )
  return rows.map(({ id }) => Number(id))
}

describe('bulkDeleteUsers', () => {
  it('deletes users with all their records, and leaves the others', async () => {
    const ids = await createCustomers(3)
    const [kept, ...gone] = ids as [number, number, number]
    for (const id of ids) await cast.service.createTransaction(cast.staff.token, { user_id: id })
    await cast.service.settled()
    const { status, body } = await remove(gone)
    expect(status).toBe(200)
    expect(body).toEqual({ deleted: 2, not_found: [] })
    expect(await existing(ids)).toEqual([kept])
    const [left] = await cast.service.database.query(
      `SELECT count(*)::int AS transactions,
         (SELECT count(*)::int FROM user_statistics WHERE user_id = ANY($1)) AS statistics
       FROM transactions WHERE user_id = ANY($1)`,
      [gone],
    )
    expect(left).toEqual({ transactions: 0, statistics: 0 })
  })

  it('deletes the cached answers of each, and of nobody else', async () => {
    const ids = await createCustomers(3)
    const [kept, ...gone] = ids as [number, number, number]
    const { cache } = cast.service.services
    const about = (userId: number) => ({ userId, kind: 'figures', name: 'test' }) as const
    const read = (value: string) =>
      Promise.all(ids.map((id) => cache.getOrSet(about(id), async () => value)))
    await read('before')
    await remove(gone)
    expect(await existing(ids)).toEqual([kept])
    expect(await read('after')).toEqual(['before', 'after', 'after'])
  })

  it('reports unknown ids once and in order, and counts nobody twice', async () => {
    const [id] = (await createCustomers(1)) as [number]
    const { status, body } = await remove([999_999, id, 888_888, id, 999_999, 9007199254740991])
    expect(status).toBe(200)
    expect(body).toEqual({ deleted: 1, not_found: [999_999, 888_888, 9007199254740991] })
  })

  it('deletes 1,000', async () => {
    const rows = await cast.service.database.query<{ id: string }>(
      `INSERT INTO users (name, name_index) SELECT '', '' FROM generate_series(1, 1000)
       RETURNING id`,
    )
    const ids = rows.map(({ id }) => Number(id))
    expect((await remove(ids)).body).toEqual({ deleted: 1000, not_found: [] })
    expect(await existing(ids)).toEqual([])
  })

  it('lets staff delete themselves, but no colleague, and then nobody at all', async () => {
    const colleague = await cast.service.createAccount('staff')
    const [customer] = (await createCustomers(1)) as [number]
    for (const { id } of [colleague, cast.admin]) {
      const { status, body } = await remove([customer, id])
      expect([status, body.code]).toEqual([403, 'forbidden'])
    }
    expect(await existing([customer])).toEqual([customer])
    const answer = await remove([customer, colleague.id], colleague.token)
    expect(answer.body).toEqual({ deleted: 2, not_found: [] })
  })

  it('succeeds for two concurrent requests in opposite order', async () => {
    const ids = await createCustomers(30)
    const answers = await Promise.all([remove(ids), remove([...ids].reverse(), cast.admin.token)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers.map(({ body }) => body.deleted).sort((a, b) => a - b)).toEqual([0, 30])
  })

  it('repeats its answer to a retry with the same Idempotency-Key', async () => {
    const ids = await createCustomers(2)
    const request = {
      body: { ids },
      token: cast.staff.token,
      headers: { 'idempotency-key': 'gone' },
    }
    const first = await cast.service.call('bulkDeleteUsers', request)
    const second = await cast.service.call('bulkDeleteUsers', request)
    expect([first.status, first.body]).toEqual([200, { deleted: 2, not_found: [] }])
    expect([second.status, second.body]).toEqual([200, first.body])
    expect(second.headers['idempotency-replayed']).toBe('true')
  })

  it('lets staff delete themselves under an Idempotency-Key too', async () => {
    const colleague = await cast.service.createAccount('staff')
    const { status, body } = await cast.service.call('bulkDeleteUsers', {
      body: { ids: [colleague.id] },
      token: colleague.token,
      headers: { 'idempotency-key': 'farewell' },
    })
    expect([status, body]).toEqual([200, { deleted: 1, not_found: [] }])
    expect(await existing([colleague.id])).toEqual([])
  })

  it.each([
    [[], '/ids', 'minItems'],
    [Array.from({ length: 1001 }, () => 1), '/ids', 'maxItems'],
    [[0], '/ids/0', 'minimum'],
    [['7'], '/ids/0', 'type'],
    [[1.5], '/ids/0', 'type'],
    [7, '/ids', 'type'],
    [undefined, '/ids', 'required'],
  ])('refuses the ids %#', async (ids, path, code) => {
    const { status, body } = await remove(ids)
    expect(status).toBe(422)
    expect(body.errors).toEqual([expect.objectContaining({ in: 'body', path, code })])
  })

  it('is for staff', async () => {
    const { status, body } = await remove([cast.user.id], cast.user.token)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect(await existing([cast.user.id])).toEqual([cast.user.id])
  })

  it('needs a token', async () => {
    const answer = await cast.service.call('bulkDeleteUsers', { body: { ids: [cast.user.id] } })
    expect(answer.status).toBe(401)
  })
})

describe('bulkDeleteUsers of admins', () => {
  let own: TestService
  beforeAll(async () => {
    own = await startTestService()
  })
  afterAll(() => own.close())

  it('keeps the last one, and then deletes nobody', async () => {
    const [first, second] = [await own.createAccount('admin'), await own.createAccount('admin')]
    const customer = await own.createCustomer(first.token)
    const ids = [customer.id, first.id, second.id]
    const { status, body } = await remove(ids, first.token, own)
    expect([status, body.code]).toEqual([409, 'last_admin'])
    expect(await existing(ids, own)).toEqual([...ids].sort((a, b) => a - b))
    expect((await remove([customer.id, first.id], second.token, own)).body.deleted).toBe(2)
    expect((await remove([second.id], second.token, own)).status).toBe(409)
  })

  it('keeps one when two delete each other at the same moment', async () => {
    const admins = [await own.createAccount('admin'), await own.createAccount('admin')]
    await own.database.query(
      `UPDATE users SET role = 'staff' WHERE role = 'admin' AND id <> ALL($1)`,
      [admins.map(({ id }) => id)],
    )
    const [one, two] = admins as [Account, Account]
    await Promise.all([remove([two.id], one.token, own), remove([one.id], two.token, own)])
    expect(await existing([one.id, two.id], own)).toHaveLength(1)
  })
})
