import { describe, expect, it, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { openSession, WAITING_FOR_LOCKS } from '../setup/session.ts'

const cast = useCast()

const fields = (reference: string, userId = cast.user.id) => ({
  user_id: userId,
  transaction_date: '2026-03-01',
  transaction_amount: '1.00',
  transaction_type: 'credit',
  reference,
})

const create = (reference: string, userId = cast.user.id) =>
  cast.service.call('createTransaction', {
    body: fields(reference, userId),
    token: cast.staff.token,
  })

const bulk = (mode: 'atomic' | 'partial', references: readonly string[]) =>
  cast.service.call('bulkCreateTransactions', {
    body: { mode, transactions: references.map((reference) => fields(reference)) },
    token: cast.user.token,
  })

const countOf = async (reference: string) => {
  const rows = await cast.service.database.query(
    'SELECT user_id FROM transactions WHERE reference = $1',
    [reference],
  )
  return rows.length
}

/** Waits until a number of the service's statements wait for somebody else's lock. */
const blocked = (count: number) =>
  vi.waitFor(async () => {
    const [row] = await cast.service.database.query<{ count: number }>(WAITING_FOR_LOCKS)
    expect(row?.count).toBeGreaterThanOrEqual(count)
  })

describe('references', () => {
  it('are unique for each user and case-sensitive, and free for other users', async () => {
    const other = await cast.service.createCustomer(cast.staff.token)
    expect((await create('INV-1')).status).toBe(201)
    const taken = await create('INV-1')
    expect(taken.status).toBe(409)
    expect(taken.body.code).toBe('reference_taken')
    expect((await create('inv-1')).status).toBe(201)
    expect((await create('INV-1', other.id)).status).toBe(201)
  })

  it('are free again when their transaction is deleted', async () => {
    const { body } = await create('again')
    await cast.service.call('deleteTransaction', {
      token: cast.user.token,
      params: { id: body.id },
    })
    expect((await create('again')).status).toBe(201)
  })

  it('let exactly one of many concurrent requests through', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => create('race')))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array(11).fill(409)])
    expect(await countOf('race')).toBe(1)
  })

  it('let exactly one of concurrent atomic batches through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, n) => bulk('atomic', [`own-${n}`, 'batch-race'])),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, 422, 422, 422])
    expect(await countOf('batch-race')).toBe(1)
  })

  it('do not deadlock concurrent batches that name them in opposite order', async () => {
    const session = await openSession(cast.service.database.url)
    await session.query('BEGIN')
    await session.query(
      `INSERT INTO transactions
         (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency, reference)
       VALUES ($1, '', now(), 1, 'credit', 'USD', 'cross-2')`,
      [cast.user.id],
    )
    const first = bulk('partial', ['cross-1', 'cross-2', 'cross-3'])
    await blocked(1)
    const second = bulk('partial', ['cross-3', 'cross-1'])
    await blocked(2)
    await session.query('ROLLBACK')
    await session.close()
    expect((await first).body).toMatchObject({ created: 3, failed: 0 })
    expect((await second).body).toMatchObject({ created: 0, failed: 2 })
  })

  it('answer 404 when the user is deleted while the transaction is being booked', async () => {
    const customer = await cast.service.createCustomer(cast.staff.token)
    const session = await openSession(cast.service.database.url)
    await session.query('BEGIN')
    await session.query('DELETE FROM users WHERE id = $1', [customer.id])
    const single = create('late', customer.id)
    const partial = cast.service.call('bulkCreateTransactions', {
      body: { mode: 'partial', transactions: [fields('late-too', customer.id)] },
      token: cast.staff.token,
    })
    await blocked(2)
    await session.query('COMMIT')
    await session.close()
    expect((await single).status).toBe(404)
    expect((await partial).body.results?.[0]?.status).toBe(404)
  })
})
