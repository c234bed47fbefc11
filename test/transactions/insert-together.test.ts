import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../src/database/client.ts'
import { isDatabaseAway } from '../../src/database/errors.ts'
import { inUnitOfWork } from '../../src/database/unit-of-work.ts'
import { draftTransaction } from '../../src/features/transactions/fields.ts'
import { createInsertTogether } from '../../src/features/transactions/insert-together.ts'
import { createLog } from '../../src/lib/log.ts'
import { useCast } from '../setup/cast.ts'
import { waitForLock } from '../setup/lock.ts'
import { insertUser } from '../setup/rows.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../setup/servers/database-proxy.ts'
import { openSession } from '../setup/session.ts'

const cast = useCast()

let proxy: DatabaseProxy
let opened: ReturnType<typeof openDatabase>
/** How many transactions each shared statement stored. */
let shared: number[]
/** How many were stored alone. */
let alone: number
let insert: ReturnType<typeof createInsertTogether>

beforeEach(async () => {
  proxy = await startDatabaseProxy(cast.service.database.url)
  opened = openDatabase(proxy.url, 10, createLog('silent'))
  shared = []
  alone = 0
  const { crypto } = cast.service.services
  const commits: typeof opened.commits = {
    rows(text, values) {
      shared.push(JSON.parse(String(values[0])).length)
      return opened.commits.rows(text, values)
    },
  }
  const database = {
    $queryRawUnsafe(text: string, parameter: string) {
      alone += 1
      return opened.database.$queryRawUnsafe(text, parameter)
    },
  } as typeof opened.database
  insert = createInsertTogether({ database, commits, crypto })
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await opened.close()
  await proxy.close()
})

/** Stores a transaction. @returns whether it was stored; false where the reference is taken */
async function store(userId: number, reference: string = randomUUID()): Promise<boolean> {
  const input = {
    user_id: userId,
    transaction_date: '2026-03-01',
    transaction_amount: '1.00',
    transaction_type: 'credit',
    reference,
  } as const
  const draft = draftTransaction(input, { id: BigInt(userId), name: 'Customer' }, 'USD')
  const author = { caller: { id: cast.staff.id, role: 'staff' }, requestId: 'r-1' } as const
  return (await insert({ draft, author })) !== undefined
}

const rowsOf = async (userId: number): Promise<number> =>
  (await cast.service.database.query('SELECT FROM transactions WHERE user_id = $1', [userId]))
    .length

const newUser = () => insertUser(cast.service.database)
const newUsers = async (count: number) =>
  await Promise.all(Array.from({ length: count }, () => newUser()))

/** Does something while another session holds what a statement locks, then lets go. */
async function whileLocked(
  statement: string,
  values: readonly unknown[],
  work: (release: (how?: 'COMMIT' | 'ROLLBACK') => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const session = await openSession(cast.service.database.url)
  await session.query('BEGIN')
  await session.query(statement, values)
  try {
    await work((how = 'ROLLBACK') => session.query(how))
  } finally {
    await session.close()
  }
}

/** Has it seem that so many milliseconds have passed, though nobody slept. */
function waitedFor(milliseconds: number): void {
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds)
}

const LOCK_USER = 'SELECT FROM users WHERE id = $1 FOR UPDATE'

describe('transactions that are stored together', () => {
  it('share one statement, and each gets what is its own', async () => {
    const [a = 0, b = 0] = await newUsers(2)
    const stored = await Promise.all([store(a, 'x'), store(a, 'x'), store(a, 'y'), store(b, 'x')])
    expect(stored.slice(0, 2).toSorted()).toEqual([false, true])
    expect(stored.slice(2)).toEqual([true, true])
    expect(shared).toEqual([4])
    expect([await rowsOf(a), await rowsOf(b)]).toEqual([2, 1])
  })

  it('are stored though a user of them was deleted meanwhile, who alone is refused', async () => {
    const users = await newUsers(3)
    await cast.service.database.query('DELETE FROM users WHERE id = $1', [users[1]])
    const results = await Promise.allSettled(users.map((id) => store(id)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await Promise.all(users.map(rowsOf))).toEqual([1, 0, 1])
    expect(shared).toEqual([3])
  })

  it('wait for no locked user, who waits alone and is stored apart from then on', async () => {
    const [locked = 0, ...others] = await newUsers(3)
    await whileLocked(LOCK_USER, [locked], async (release) => {
      const waiting = store(locked)
      expect(await Promise.all(others.map((id) => store(id)))).toEqual([true, true])
      expect(shared).toEqual([3])
      await waitForLock(cast.service)
      const next = store(locked)
      await waitForLock(cast.service, 2)
      const newcomers = await newUsers(2)
      expect(await Promise.all(newcomers.map((id) => store(id)))).toEqual([true, true])
      expect(shared).toEqual([3, 2])
      expect(await rowsOf(locked)).toBe(0)
      waitedFor(100)
      await release()
      expect(await Promise.all([waiting, next])).toEqual([true, true])
    })
    await store(locked)
    expect(shared).toEqual([3, 2])
    expect(await rowsOf(locked)).toBe(3)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6_000 })
    await store(locked)
    expect(shared).toEqual([3, 2, 1])
  })

  it.each([
    ['COMMIT', false],
    ['ROLLBACK', true],
  ] as const)(
    'wait for no reference that somebody else may take: after %s the one that waits is stored: %s',
    async (how, isStored) => {
      const [user = 0, other = 0] = await newUsers(2)
      const taking = `INSERT INTO transactions
        (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency, reference)
        VALUES ($1, '', now(), 1, 'debit', 'USD', 'taken')`
      await whileLocked(taking, [user], async (release) => {
        const waiting = store(user, 'taken')
        expect(await Promise.all([store(other), store(other)])).toEqual([true, true])
        await waitForLock(cast.service)
        await release(how)
        expect(await waiting).toBe(isStored)
      })
      expect(await rowsOf(user)).toBe(1)
    },
  )

  it.each(['reset', 'terminated'] as const)(
    'are not stored twice when the connection is lost at their statement: %s',
    async (how) => {
      const users = await newUsers(3)
      await store(users[0] as number)
      proxy.cutAt(1, how)
      const results = await Promise.allSettled(users.map((id) => store(id)))
      for (const result of results) {
        expect(result.status === 'rejected' && isDatabaseAway(result.reason)).toBe(true)
      }
      expect(shared).toEqual([1, 3])
      expect(alone).toBe(0)
      // In one statement, as the server may still be at work on it.
      const stored = await cast.service.database.query<{ rows: number }>(
        `SELECT (SELECT count(*)::int FROM transactions WHERE user_id = asked.id) AS rows
         FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, place) ORDER BY place`,
        [users],
      )
      const [first = 0, ...others] = stored.map(({ rows }) => rows)
      expect([1, 2]).toContain(first)
      expect(others).toEqual([first - 1, first - 1])
    },
  )

  it('share nothing within a unit of work, and go with it', async () => {
    const [user = 0, other = 0] = await newUsers(2)
    const unit = inUnitOfWork(opened.database, async () => {
      expect(await store(user, 'z')).toBe(true)
      expect(await store(user, 'z')).toBe(false)
      throw new Error('taken back')
    })
    await expect(unit).rejects.toThrow('taken back')
    expect(shared).toEqual([])
    await Promise.all([store(other), inUnitOfWork(opened.database, () => store(user))])
    expect(shared).toEqual([1])
    expect([await rowsOf(user), await rowsOf(other)]).toEqual([1, 1])
  })
})
