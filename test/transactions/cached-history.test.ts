import { beforeEach, describe, expect, it } from 'vitest'
import type { PlainDatabase } from '../../src/database/client.ts'
import { inUnitOfWork } from '../../src/database/unit-of-work.ts'
import { createHistoryReader } from '../../src/features/transactions/history-pages.ts'
import type { Transaction, User } from '../../src/generated/schemas.ts'
import { contentOf } from '../../src/lib/answers/ready-answer.ts'
import { cacheReads } from '../setup/cache-reads.ts'
import { useCast } from '../setup/cast.ts'
import { queryOnce } from '../setup/figures.ts'

const cast = useCast()
/** A path of a request. */
const TARGET = '/v1/users/1/transactions'
let customer: User

beforeEach(async () => {
  customer = await cast.service.createCustomer(cast.staff.token)
})

const book = (description: string, fields = {}) =>
  cast.service.createTransaction(cast.staff.token, {
    user_id: customer.id,
    description,
    ...fields,
  })

const list = (query = {}, token = cast.staff.token) =>
  cast.service.call('listUserTransactions', { params: { id: customer.id }, query, token })

const shown = async (query = {}) =>
  (await list(query)).body.map(({ description }: Transaction) => description)

/** Changes transactions with triggers off, which no cache can know of. */
const falsify = (description: string) =>
  queryOnce(
    cast.service.database.superuserUrl,
    `BEGIN; SET LOCAL session_replication_role = replica;
     UPDATE transactions SET description = '${description}' WHERE user_id = ${customer.id}; COMMIT`,
  )

const reads = async () =>
  cacheReads(await cast.service.services.metrics.registry.metrics(), 'history')

describe('the first page of a history', () => {
  it.each([{}, { cursor: '' }, { page: 1, per_page: 5 }, { type: 'credit', from: '2026-01-01' }])(
    'is answered without the ledger until something changes: %j',
    async (query) => {
      await book('true')
      const before = await list(query)
      await falsify('false')
      const cached = await list(query)
      expect(cached.body).toEqual(before.body)
      expect(cached.headers['link']).toBe(before.headers['link'])
      expect(cached.headers['x-total-count']).toBe(before.headers['x-total-count'])
      await book('new')
      expect(await shown(query)).toEqual(['new', 'false'])
    },
  )

  it('is kept for each question by itself', async () => {
    await book('debit', { transaction_type: 'debit', transaction_amount: '5.00' })
    await book('yen', { currency: 'JPY', transaction_amount: '7' })
    await book('old', { transaction_date: '2020-01-01' })
    const all = ['yen', 'debit', 'old']
    const questions: readonly (readonly [object, readonly string[]])[] = [
      [{}, all],
      [{ cursor: '' }, all],
      [{ per_page: 1 }, ['yen']],
      [{ type: 'debit' }, ['debit']],
      [{ currency: 'JPY' }, ['yen']],
      [{ from: '2025-01-01' }, ['yen', 'debit']],
      [{ to: '2025-01-01' }, ['old']],
      [{ min_amount: '7' }, ['yen', 'old']],
      [{ max_amount: '7' }, ['yen', 'debit']],
    ]
    for (const [query, expected] of [...questions, ...questions]) {
      expect([query, await shown(query)]).toEqual([query, expected])
    }
    expect((await list()).headers['x-total-count']).toBe('3')
    expect((await list({ cursor: '' })).headers).not.toHaveProperty('x-total-count')
  })

  it('is the same for everybody who may see it, and nobody else gets it', async () => {
    const { user, other, staff } = cast
    await cast.service.createTransaction(user.token, { user_id: user.id })
    const read = (token: string) =>
      cast.service.call('listUserTransactions', { params: { id: user.id }, token })
    const before = await reads()
    const [first, own, theirs] = [
      await read(staff.token),
      await read(user.token),
      await read(other.token),
    ]
    expect(own.body).toEqual(first.body)
    expect([own.status, theirs.status]).toEqual([200, 404])
    const after = await reads()
    expect([after.hit - before.hit, after.miss - before.miss]).toEqual([1, 1])
  })

  it('cannot be spoiled by a slow reader', async () => {
    await book('before')
    const { database, prepared, lookUps, crypto, cache } = cast.service.services
    let [release, arrived] = [() => {}, () => {}]
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const holdsOldPage = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const slowly: PlainDatabase = {
      async rows<Row extends object>(text: string, values: readonly unknown[]) {
        const rows = await lookUps.rows<Row>(text, values)
        if (!text.includes('FROM transactions')) return rows
        arrived()
        await released
        return rows
      },
    }
    const slow = createHistoryReader({ database, prepared, lookUps: slowly, crypto, cache })
    const query = { per_page: 20 }
    const slowRead = slow.read({ id: cast.staff.id, role: 'staff' }, customer.id, query, TARGET)
    await holdsOldPage
    await book('after')
    release()
    expect(contentOf(await slowRead).map(({ description }) => description)).toEqual(['before'])
    expect(await shown()).toEqual(['after', 'before'])
  })

  it('is not kept while it shows what may be taken back', async () => {
    const { id } = await book('true')
    const { database, transactions } = cast.service.services
    const read = async () => {
      const caller = { id: cast.staff.id, role: 'staff' } as const
      const page = await transactions.history.read(caller, customer.id, { per_page: 20 }, TARGET)
      return contentOf(page).map(({ description }) => description)
    }
    const unit = inUnitOfWork(database, async () => {
      await database.transaction.updateMany({ where: { id }, data: { description: 'false' } })
      expect(await read()).toEqual(['false'])
      throw new Error('taken back')
    })
    await expect(unit).rejects.toThrow('taken back')
    expect(await shown()).toEqual(['true'])
  })
})

describe('later pages', () => {
  it('are read from the ledger when they are asked for once', async () => {
    await book('one')
    await book('two')
    const { headers } = await list({ cursor: '', per_page: 1 })
    const before = await reads()
    const cursor = String(headers['x-next-cursor'])
    expect(await shown({ cursor, per_page: 1 })).toEqual(['one'])
    expect(await shown({ page: 2, per_page: 1 })).toEqual(['one'])
    expect(await reads()).toEqual(before)
  })

  it.each(['page', 'cursor'])('are kept once they are asked for again, by %s', async (by) => {
    await book('true')
    await book('newer')
    const { headers } = await list({ cursor: '', per_page: 1 })
    const next = by === 'page' ? { page: 2 } : { cursor: String(headers['x-next-cursor']) }
    const query = { ...next, per_page: 1 }
    await list(query)
    const again = await list(query)
    await falsify('false')
    const kept = await list(query)
    expect(kept.body).toEqual(again.body)
    expect(kept.headers['link']).toBe(again.headers['link'])
    await book('newest')
    expect(await shown({ page: 3, per_page: 1 })).toEqual(['false'])
    expect(await shown(query)).toEqual(['false'])
  })
})
