import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import type { CoalescedConsumer, Consumers } from '../../src/events/catalogue.ts'
import { type EventQueue, openQueue } from '../../src/events/queue.ts'
import { type Relay, startRelay } from '../../src/events/relay.ts'
import { readLedger, readStatistics } from '../setup/ledger.ts'
import { insertUser, readOutbox } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'

/** With a worker of the test's own, which notes the users of each job. */
let service: TestService
let queue: EventQueue
let relay: Relay
let users: number[]
let broken: number
let jobs: Partial<Record<CoalescedConsumer, number[][]>>

/** Where each consumer writes, so that a trigger can refuse the broken user. */
const TABLES = {
  recomputeStatistics: 'daily_statistics',
  computeCreditScores: 'credit_scores',
  raiseAlerts: 'alerts',
} as const satisfies Record<CoalescedConsumer, string>
const COALESCED = Object.keys(TABLES) as CoalescedConsumer[]

function noting(consumers: Consumers): Consumers {
  const noted = COALESCED.map((name) => [
    name,
    async (payload: { user_ids: number[] }) => {
      jobs[name] = [...(jobs[name] ?? []), payload.user_ids]
      await consumers[name](payload)
    },
  ])
  return { ...consumers, ...Object.fromEntries(noted) }
}

beforeAll(async () => {
  service = await startTestService()
  const { database, relayed, metrics, log } = service.services
  queue = openQueue({ databaseUrl: service.database.url, metrics, log, retryDelayMs: 1 })
  relay = startRelay({ database, relayed, queue, log, metrics, retrySeconds: 3600, poll: true })
  queue.consume(noting(consumersOf(service.services)), 2, relay.nudge)
  await service.database.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`,
  )
})
beforeEach(async () => {
  users = []
  jobs = {}
  for (let count = 0; count < 12; count += 1) users.push(await insertUser(service.database))
  broken = users[5] as number
})
afterEach(async () => {
  for (const table of Object.values(TABLES)) {
    await service.database.query(`DROP TRIGGER IF EXISTS refuse ON ${table}`)
  }
  await queue.retry()
  await service.settled()
})
afterAll(async () => {
  await relay.close()
  await queue.close()
  await service.close()
})

const refuse = (consumer: CoalescedConsumer) =>
  service.database.query(
    `CREATE TRIGGER refuse BEFORE INSERT ON ${TABLES[consumer]}
     FOR EACH ROW WHEN (NEW.user_id = ${broken}) EXECUTE FUNCTION refuse()`,
  )

/** A large transaction of each user, each by a request of its own, in one statement. */
const book = () =>
  service.database.query(
    `INSERT INTO transactions
       (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency, request_id)
     SELECT one, '', '2026-03-01', 20000, 'credit', 'USD', 'request ' || one FROM unnest($1::bigint[]) AS one`,
    [users],
  )

/** Who has figures, a score and an alert. */
async function doneBy(consumer: CoalescedConsumer): Promise<readonly number[]> {
  const rows = await service.database.query<{ id: number }>(
    `SELECT DISTINCT user_id::int AS id FROM ${TABLES[consumer]} WHERE user_id = ANY ($1) ORDER BY 1`,
    [users],
  )
  return rows.map(({ id }) => id)
}

describe('users who wait together', () => {
  it('share a job of each consumer', async () => {
    await book()
    await service.settled()
    for (const consumer of COALESCED) {
      expect(await doneBy(consumer)).toEqual(users)
      expect(jobs[consumer]).toEqual([users])
    }
  })

  it.each(COALESCED)('do not wait for one for whom %s fails', async (consumer) => {
    await refuse(consumer)
    await book()
    const others = users.filter((id) => id !== broken)
    await vi.waitFor(
      async () => {
        for (const one of COALESCED) {
          expect(await doneBy(one)).toEqual(
            // Without figures there is nothing to score, nor to compare transactions with.
            one === consumer || consumer === 'recomputeStatistics' ? others : users,
          )
        }
        expect(await queue.failed(10)).toMatchObject([
          { consumer, data: { user_ids: [broken], request_id: `request ${broken}` } },
        ])
      },
      { timeout: 10_000 },
    )
    // The batch ran once, then each user alone, of whom only the broken one ran again.
    const ran = (jobs[consumer] ?? []).filter((ids) => ids.length > 1)
    expect(ran).toEqual([users])
    const alone = (jobs[consumer] ?? []).flat().filter((id) => id !== broken)
    expect(alone.toSorted((a, b) => a - b)).toEqual([...others, ...others].sort((a, b) => a - b))
  })

  it('do not wait for one whose figures somebody else has locked', async () => {
    await book()
    await service.settled()
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query('SELECT FROM statistics_versions WHERE user_id = $1 FOR UPDATE', [broken])
    await book()
    const waiting = async () => {
      const rows = await service.database.query<{ id: number }>(
        'SELECT user_id::int AS id FROM outbox WHERE day IS NOT NULL',
      )
      return rows.map(({ id }) => id)
    }
    await vi.waitFor(async () => expect(await waiting()).toEqual([broken]), { timeout: 15_000 })
    await session.query('COMMIT')
    await session.close()
    await service.settled()
    expect(await readStatistics(service.database, broken)).toEqual(
      await readLedger(service.database, broken),
    )
  })

  it('are exact once the cause is gone', async () => {
    await refuse('recomputeStatistics')
    await book()
    await vi.waitFor(async () => expect(await queue.failed(10)).toHaveLength(1), {
      timeout: 10_000,
    })
    await service.database.query('DROP TRIGGER refuse ON daily_statistics')
    await queue.retry()
    await service.settled()
    for (const user of users) {
      expect(await readStatistics(service.database, user)).toEqual(
        await readLedger(service.database, user),
      )
      expect(await readOutbox(service.database, user)).toEqual([])
    }
  })
})

describe('batches of the same users at once', () => {
  it('end without a deadlock, whatever the order of their users', async () => {
    const { alerts, analytics, creditScores } = service.services
    const order = [users, users.toReversed(), users.toSorted((a, b) => (a % 3) - (b % 3))]
    for (let round = 0; round < 5; round += 1) {
      await book()
      const work = order.flatMap((ids) => [
        analytics.recompute(ids),
        creditScores.compute(ids),
        alerts.raise(ids),
      ])
      await Promise.all(work)
    }
    await service.settled()
    expect(await queue.failed(10)).toEqual([])
    for (const consumer of COALESCED) expect(await doneBy(consumer)).toEqual(users)
  })
})
