import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { events, type Job } from '../../src/events/catalogue.ts'
import { releaseOutbox } from '../../src/events/outbox.ts'
import { type Relay, startRelay } from '../../src/events/relay.ts'
import { insertDays, insertUser, readOutbox, withoutAlerts } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'

/** Without a worker: each test runs its own relay, over a queue that records its jobs. */
let service: TestService
let user: number
let sent: Job[]
let relays: Relay[]
/** What adding to the queue does besides recording. */
let whenAdded: () => Promise<void>

beforeAll(async () => {
  service = await startTestService()
  await withoutAlerts(service.database)
})
beforeEach(async () => {
  await service.database.query('DELETE FROM outbox')
  user = await insertUser(service.database)
  ;[sent, relays, whenAdded] = [[], [], async () => undefined]
})
afterEach(async () => {
  for (const relay of relays) await relay.close()
})
afterAll(() => service.close())

function relay({ poll = false, retrySeconds = 3600 } = {}): Relay {
  const { database, relayed, log, metrics, queue } = service.services
  const noting = {
    ...queue,
    async add(batch: readonly Job[]) {
      await whenAdded()
      sent.push(...batch)
    },
  }
  const started = startRelay({ database, relayed, queue: noting, log, metrics, retrySeconds, poll })
  relays.push(started)
  return started
}

/** Nudges once and waits until that pass is done. */
async function passOnce(): Promise<void> {
  const once = relay()
  once.nudge()
  await once.close()
}

const job = (userId: number, requestId?: string) => ({
  consumer: 'recomputeStatistics',
  payload: { user_ids: [userId], ...(requestId !== undefined && { request_id: requestId }) },
})

/** The jobs that were sent to a consumer. */
const sentTo = (name: Job['consumer']) => sent.filter(({ consumer }) => consumer === name)

const age = (userId: number, seconds: number, attempts: number) =>
  service.database.query(
    `UPDATE outbox SET attempts = $3, enqueued_at = now() - make_interval(secs => $2)
     WHERE user_id = $1`,
    [userId, seconds, attempts],
  )

/** Changes of a user's days as one update makes them: an outbox row each. */
const changeDays = (days: number, requestId: string | null = null) =>
  service.database.query(
    `INSERT INTO outbox (user_id, type, day, request_id)
     SELECT $1, 'transaction.updated', date '2020-01-01' + n, $3 FROM generate_series(1, $2::int) AS n`,
    [user, days, requestId],
  )

describe('the relay', () => {
  it('enqueues one job for a user and marks its outbox rows', async () => {
    await changeDays(1000, 'a-request')
    await passOnce()
    expect(sent).toEqual([job(user, 'a-request')])
    const rows = await readOutbox(service.database, user)
    expect(rows).toHaveLength(1000)
    expect(rows.every((row) => row.sent && row.attempts === 1)).toBe(true)
  })

  it('enqueues one job for a user with more rows than one batch', async () => {
    await changeDays(2500)
    await passOnce()
    await passOnce()
    expect(sent).toEqual([job(user)])
  })

  it('enqueues one job for users who wait together', async () => {
    const other = await insertUser(service.database)
    await insertDays(service.database, other, 2, 'two')
    await insertDays(service.database, user, 2, 'one')
    await passOnce()
    expect(sent).toEqual([
      {
        consumer: 'recomputeStatistics',
        payload: { user_ids: [user, other], request_ids: ['one', 'two'] },
      },
    ])
  })

  it('passes on the request that moved a transaction to another day', async () => {
    await insertDays(service.database, user, 1, 'booked')
    await service.database.query('DELETE FROM outbox')
    for (const days of [7, -14]) {
      await service.database.query(
        `UPDATE transactions SET transaction_date = transaction_date + make_interval(days => $2),
           request_id = 'moved' WHERE user_id = $1`,
        [user, days],
      )
      await passOnce()
      await service.services.analytics.recompute([user])
    }
    expect(sentTo('recomputeStatistics')).toEqual([job(user, 'moved'), job(user, 'moved')])
    expect(sentTo('computeCreditScores')).toEqual([
      { ...job(user, 'moved'), consumer: 'computeCreditScores', yields: true },
    ])
  })

  it('sees committed rows only', async () => {
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query(
      `INSERT INTO transactions
         (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
       VALUES ($1, '', now(), 1, 'credit', 'USD')`,
      [user],
    )
    await passOnce()
    expect(sent).toEqual([])
    await session.query('COMMIT')
    await session.close()
    await passOnce()
    expect(sent).toEqual([job(user)])
  })

  it('commits its claim before it adds jobs to the queue', async () => {
    let marked: unknown
    whenAdded = async () => {
      marked = await readOutbox(service.database, user)
    }
    await insertDays(service.database, user, 1)
    await passOnce()
    expect(marked).toMatchObject([{ sent: true, attempts: 1 }])
  })

  it('skips a user whose job is under way, until the figures are there', async () => {
    await insertDays(service.database, user, 1)
    await passOnce()
    await insertDays(service.database, user, 1)
    await passOnce()
    expect(sent).toHaveLength(1)
    await service.services.analytics.recompute([user])
    await insertDays(service.database, user, 1)
    await passOnce()
    expect(sentTo('recomputeStatistics')).toHaveLength(2)
  })

  it('has one job of each consumer for a user, neither waiting for the other', async () => {
    const { alerts, analytics, creditScores } = service.services
    const change = async () => {
      await insertDays(service.database, user, 1)
      await analytics.recompute([user])
      await insertDays(service.database, user, 1)
      await service.database.query(
        `INSERT INTO outbox (user_id, type, subjects) VALUES ($1, 'transactions.written', '{1}')`,
        [user],
      )
      await passOnce()
    }
    await change()
    expect(sent.map(({ consumer }) => consumer).sort()).toEqual([
      'computeCreditScores',
      'raiseAlerts',
      'recomputeStatistics',
    ])
    await change()
    expect(sentTo('computeCreditScores')).toHaveLength(1)
    expect(sentTo('raiseAlerts')).toHaveLength(1)
    expect(sentTo('recomputeStatistics')).toHaveLength(2)
    await creditScores.compute([user])
    await change()
    expect(sentTo('computeCreditScores')).toHaveLength(2)
    expect(sentTo('raiseAlerts')).toHaveLength(1)
    await alerts.raise([user])
    await change()
    expect(sentTo('raiseAlerts')).toHaveLength(2)
  })

  it('claims what yields less often than figures, and all of it in the end', async () => {
    const yielding = Object.entries(events)
      .filter(([, event]) => 'yields' in event)
      .map(([type]) => type)
    const others = Object.entries(events)
      .filter(([, event]) => 'coalesced' in event && !('yields' in event))
      .map(([type]) => type)
    await service.database.query(
      `INSERT INTO outbox (user_id, type, subject_id) SELECT $1, type, 1 FROM unnest($2::text[]) AS type`,
      [user, [...yielding, ...others]],
    )
    const claim = async (kind: boolean) => {
      const rows = await service.database.query<{ type: string }>(
        'SELECT type FROM claim_outbox(100, $1)',
        [kind],
      )
      return rows.map(({ type }) => type).sort()
    }
    expect(await claim(false)).toEqual(others.toSorted())
    expect(await claim(true)).toEqual(yielding.toSorted())
  })

  it('enqueues nothing twice when several relays run at once', async () => {
    const users = await Promise.all(Array.from({ length: 40 }, () => insertUser(service.database)))
    await Promise.all(users.map((id) => insertDays(service.database, id, 2)))
    await Promise.all(Array.from({ length: 4 }, passOnce))
    const ids = sent.flatMap(({ payload }) => (payload as { user_ids: number[] }).user_ids)
    expect(ids.toSorted((a, b) => a - b)).toEqual(users.toSorted((a, b) => a - b))
  })

  it('releases its claim when the queue fails, and tries again', async () => {
    let failures = 0
    whenAdded = async () => {
      failures += 1
      if (failures > 1) return
      throw new Error('the queue is away')
    }
    await changeDays(2)
    const polling = relay({ poll: true })
    await vi.waitFor(async () => {
      expect(failures).toBe(1)
      expect(await readOutbox(service.database, user)).toMatchObject([
        { sent: false, attempts: 0 },
        { sent: false, attempts: 0 },
      ])
    })
    polling.nudge()
    await vi.waitFor(() => expect(sent).toEqual([job(user)]), { timeout: 5_000 })
    expect(await readOutbox(service.database, user)).toMatchObject([
      { sent: true, attempts: 1 },
      { sent: true, attempts: 1 },
    ])
  })

  it('enqueues lost jobs again, after a wait that doubles', async () => {
    const [patient, due] = [await insertUser(service.database), await insertUser(service.database)]
    for (const id of [user, patient, due]) await insertDays(service.database, id, 1)
    await age(user, 1.5, 1)
    await age(patient, 4, 4)
    await age(due, 9, 4)
    relay({ poll: true, retrySeconds: 1 })
    await vi.waitFor(() => expect(sent.length).toBeGreaterThanOrEqual(2))
    expect(sent).toEqual(expect.arrayContaining([job(user), job(due)]))
    expect(sent).not.toContainEqual(job(patient))
    expect(await readOutbox(service.database, due)).toMatchObject([{ sent: true, attempts: 5 }])
  })

  it('enqueues by itself when it polls', async () => {
    relay({ poll: true })
    await insertDays(service.database, user, 1)
    await vi.waitFor(() => expect(sent).toEqual([job(user)]))
  })

  it('stops once closed, also when nudged again', async () => {
    const closed = relay({ poll: true })
    await closed.close()
    await closed.close()
    await insertDays(service.database, user, 1)
    closed.nudge()
    await passOnce()
    expect(sent).toHaveLength(1)
  })

  it('enqueues at the next start of a worker what was under way', async () => {
    await insertDays(service.database, user, 1)
    await passOnce()
    await age(user, 0, 9)
    await releaseOutbox(service.services.database)
    expect(await readOutbox(service.database, user)).toMatchObject([{ sent: false, attempts: 0 }])
  })
})
