import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import type { Consumers } from '../../src/events/catalogue.ts'
import { openQueue } from '../../src/events/queue.ts'
import { readLedger, readStatistics } from '../setup/ledger.ts'
import { insertDays, insertUser, readOutbox } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { openSession, WAITING_FOR_LOCKS } from '../setup/session.ts'

/** Without a worker: each test calls the recomputation itself. */
let service: TestService
let users: number[]

beforeAll(async () => {
  service = await startTestService()
})
beforeEach(async () => {
  await service.database.query('DELETE FROM outbox')
  users = await Promise.all(Array.from({ length: 5 }, () => insertUser(service.database)))
})
afterAll(() => service.close())

const recomputeMany = (ids: readonly number[] = users) => service.services.analytics.recompute(ids)

/**
 * A number of transactions of the test's users in one statement, over 40 days and two currencies.
 */
const load = (count: number) =>
  service.database.query(
    `INSERT INTO transactions
       (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency, request_id)
     SELECT ($1::bigint[])[1 + n % ${users.length}], '',
       timestamptz '2024-01-20 23:30Z' + make_interval(days => n % 40), 0.01 + n % 977,
       (ARRAY['credit', 'debit'])[1 + n % 2],
       (ARRAY['USD', 'JPY', 'USD'])[1 + n % 3], 'a-load'
     FROM generate_series(1, ${count}) AS n`,
    [users],
  )

async function expectExact(): Promise<void> {
  for (const user of users) {
    expect(await readStatistics(service.database, user)).toEqual(
      await readLedger(service.database, user),
    )
    expect(await readOutbox(service.database, user)).toEqual([])
  }
}

const months = (user: number) =>
  service.database.query(
    `SELECT month::text, currency, transaction_count FROM monthly_statistics
     WHERE user_id = $1 ORDER BY 1, 2`,
    [user],
  )

describe('a statement of 10,000 transactions', () => {
  it('writes one outbox row for each user, with all their days', async () => {
    await load(10_000)
    const rows = await service.database.query(
      `SELECT user_id::int, day::text, request_id, cardinality(days) AS days FROM outbox ORDER BY 1`,
    )
    expect(rows).toEqual(
      users
        .toSorted((a, b) => a - b)
        .map((user_id) => expect.objectContaining({ user_id, request_id: 'a-load', days: 8 })),
    )
  })

  it('names no other days where all transactions of a user have one', async () => {
    await load(5)
    const rows = await service.database.query(
      'SELECT day::text, days FROM outbox WHERE day IS NOT NULL ORDER BY day',
    )
    expect(rows).toEqual([1, 2, 3, 4, 5].map((n) => ({ day: `2024-01-2${n}`, days: null })))
  })

  it('is handled for many users in one job', async () => {
    await load(10_000)
    await recomputeMany()
    await expectExact()
  })

  it('is handled for a single user', async () => {
    await load(10_000)
    for (const user of users) await service.services.analytics.recompute([user])
    await expectExact()
  })
})

describe('recomputing many users', () => {
  it('gives the figures of the ledger, also after other transactions came and went', async () => {
    await load(600)
    await recomputeMany()
    await load(10_000)
    await service.database.query(
      `DELETE FROM transactions WHERE user_id = $1 AND (currency = 'JPY' OR transaction_date > '2024-02-05')`,
      [users[0]],
    )
    await insertDays(service.database, users[1] as number, 30)
    await recomputeMany()
    await expectExact()
  })

  it('makes the same months as recomputing each user alone', async () => {
    await load(600)
    await recomputeMany()
    const together = await Promise.all(users.map(months))
    expect(together.flat().length).toBeGreaterThan(users.length)
    await service.database.query('DELETE FROM monthly_statistics')
    await service.database.query(
      `INSERT INTO outbox (user_id, type, day) SELECT user_id, 'transaction.updated', date FROM daily_statistics`,
    )
    for (const user of users) await service.services.analytics.recompute([user])
    expect(await Promise.all(users.map(months))).toEqual(together)
  })

  it('raises the versions of users with changes only', async () => {
    const [changed, still] = users as [number, number]
    const versions = async () =>
      service.database.query<{ user_id: number; version: string }>(
        'SELECT user_id::int, version FROM statistics_versions WHERE user_id = ANY ($1)',
        [users],
      )
    await insertDays(service.database, changed, 1)
    await recomputeMany([changed, still])
    const [first] = await versions()
    expect(first).toMatchObject({ user_id: changed })
    await recomputeMany([changed, still])
    expect(await versions()).toEqual([first])
    await insertDays(service.database, changed, 1)
    await recomputeMany([changed, still])
    const [second] = await versions()
    expect(BigInt(second?.version ?? 0)).toBeGreaterThan(BigInt(first?.version ?? 0))
  })

  it('succeeds when one of the users was deleted', async () => {
    await load(100)
    const [gone] = users.splice(0, 1)
    await service.database.query('DELETE FROM users WHERE id = $1', [gone])
    await recomputeMany([gone as number, ...users])
    await expectExact()
  })

  it('takes turns with another recomputation of one of the users', async () => {
    await load(100)
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query('SELECT recompute_statistics($1::bigint)', [users[2]])
    const many = recomputeMany()
    await vi.waitFor(async () =>
      expect(await service.database.query(WAITING_FOR_LOCKS)).toEqual([{ count: 1 }]),
    )
    await insertDays(service.database, users[2] as number, 2)
    await session.query('COMMIT')
    await session.close()
    await many
    await expectExact()
  })

  it('runs concurrently for overlapping sets of users', async () => {
    await load(2000)
    await Promise.all([
      recomputeMany(users),
      recomputeMany(users.toReversed()),
      ...users.map((user) => service.services.analytics.recompute([user])),
      load(2000),
    ])
    await recomputeMany()
    await expectExact()
  })
})

describe('jobs of many users', () => {
  it('run after those of single users', async () => {
    const { metrics, log } = service.services
    const queue = openQueue({ databaseUrl: service.database.url, metrics, log })
    const done: number[][] = []
    const of = (user_ids: number[]) =>
      ({ consumer: 'recomputeStatistics', payload: { user_ids } }) as const
    await queue.add([{ ...of([1, 2]), yields: true }, { ...of([3, 4]), yields: true }, of([5])])
    const consumers: Consumers = {
      ...consumersOf(service.services),
      recomputeStatistics: async ({ user_ids }) => void done.push(user_ids),
    }
    queue.consume(consumers, 1, () => undefined)
    await vi.waitFor(() => expect(done).toHaveLength(3), { timeout: 10_000 })
    expect(done[0]).toEqual([5])
    expect(done).toEqual(
      expect.arrayContaining([
        [1, 2],
        [3, 4],
      ]),
    )
    await queue.close()
  })
})
