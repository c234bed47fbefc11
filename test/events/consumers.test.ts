import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import { startAppender } from '../../src/events/appender.ts'
import type { ConsumerName, Consumers } from '../../src/events/catalogue.ts'
import { type EventQueue, openQueue } from '../../src/events/queue.ts'
import { type Relay, startRelay } from '../../src/events/relay.ts'
import { createWebhooks } from '../../src/features/webhooks/webhooks.service.ts'
import { createMetrics, type Metrics } from '../../src/lib/metrics.ts'
import { createPost } from '../../src/lib/webhooks/post.ts'
import { createLookup } from '../../src/lib/webhooks/resolve.ts'
import { alertsOf, insertBookings } from '../alerts/alerts.ts'
import { readLedger, readStatistics } from '../setup/ledger.ts'
import { insertUser } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'

/** What hangs on the change of a transaction. */
const FOUR = [
  'recomputeStatistics',
  'computeCreditScores',
  'raiseAlerts',
  'deliverWebhooks',
] as const satisfies readonly ConsumerName[]
type One = (typeof FOUR)[number]

/** A worker of the test's own, whose back-off is short and whose consumers fail when they are told. */
let service: TestService
let metrics: Metrics
let queues: readonly [EventQueue, EventQueue]
let relay: Relay
let appender: ReturnType<typeof startAppender>
let webhooks: ReturnType<typeof createWebhooks>
let receiver: Receiver
let failing: One | undefined
let done: Set<ConsumerName>

/** The consumers, of which one may fail before it does anything. */
function watched(consumers: Consumers): Consumers {
  const entries = Object.entries(consumers).map(([name, consume]) => [
    name,
    async (payload: never) => {
      if (name === failing) throw new Error('refused')
      await consume(payload)
      done.add(name as ConsumerName)
    },
  ])
  return Object.fromEntries(entries) as unknown as Consumers
}

beforeAll(async () => {
  service = await startTestService({ env: { WEBHOOK_ALLOW_PRIVATE: 'true' } })
  const { database, relayed, crypto, log } = service.services
  metrics = createMetrics()
  const options = { databaseUrl: service.database.url, metrics, log, retryDelayMs: 1 }
  queues = [openQueue(options), openQueue({ ...options, name: 'webhooks' })]
  relay = startRelay({
    database,
    relayed,
    queue: queues[0],
    log,
    metrics,
    retrySeconds: 3600,
    poll: true,
  })
  appender = startAppender({ relayed, metrics, log })
  webhooks = createWebhooks({
    database,
    ownDatabase: database,
    crypto,
    queue: queues[1],
    post: createPost({ find: createLookup(true), timeoutMs: 5_000 }),
    outbox: relay,
    metrics,
    log,
    allowPrivate: true,
    perEndpoint: 4,
    retryWaits: [1],
    retentionDays: 30,
    delivers: true,
  })
  const consumers = watched({
    ...consumersOf(service.services),
    deliverWebhooks: (lane) => webhooks.deliver(lane),
  })
  queues[0].consume(consumers, 4, relay.nudge)
  webhooks.consume(consumers)
  receiver = await startReceiver()
  await webhooks.endpoints.create({ url: receiver.url, event_types: ['transaction.created'] })
})
beforeEach(() => {
  failing = undefined
  done = new Set()
})
afterAll(async () => {
  await relay.close()
  await appender.close()
  await webhooks.close()
  await queues[0].close()
  await receiver.close()
  await service.close()
})

const failed = async () => (await Promise.all(queues.map((queue) => queue.failed(100)))).flat()

const failuresOf = async (job: One) => {
  const { values } = await metrics.jobFailures.get()
  return values.find(({ labels }) => labels.job === job)?.value ?? 0
}

/** Has the score of a user computed from the figures that there are, whether others are due or not. */
async function requestScore(user: number): Promise<void> {
  await service.database.query(
    `INSERT INTO outbox (user_id, type, subject_id) VALUES ($1, 'credit_score.outdated', $1)`,
    [user],
  )
}

/** Has transactions looked at for alerts, whether figures are due or not. */
async function requestAlerts(user: number, ids: readonly number[]): Promise<void> {
  await service.database.query(
    `INSERT INTO outbox (user_id, type, subjects) VALUES ($1, 'transactions.written', $2)`,
    [user, ids],
  )
}

/** Checks that each consumer has done its part, but for one. */
async function expectWork(user: number, without?: One): Promise<void> {
  const { database } = service
  const booked = receiver.received.filter(({ body }) => body.user_id === user)
  const stored = await readStatistics(database, user)
  const ledger = await readLedger(database, user)
  const scores = await database.query('SELECT FROM credit_scores WHERE user_id = $1', [user])
  expect({
    recomputeStatistics: stored.days.length === ledger.days.length,
    computeCreditScores: scores.length === 1,
    raiseAlerts: (await alertsOf(database, user)).length === 1,
    deliverWebhooks: booked.length === 1,
  }).toEqual(Object.fromEntries(FOUR.map((name) => [name, name !== without])))
}

describe('the consumers of a changed transaction', () => {
  it.each(FOUR)('do their work while %s fails, which is tried again', async (name) => {
    const user = await insertUser(service.database)
    const before = await failuresOf(name)
    failing = name
    const booking = { date: '2026-03-01', amount: 20_000 }
    await requestAlerts(user, await insertBookings(service.database, user, [booking]))
    await requestScore(user)
    const others = FOUR.filter((one) => one !== name)
    await vi.waitFor(
      async () => {
        expect([...done]).toEqual(expect.arrayContaining(others))
        expect((await failed()).length).toBeGreaterThan(0)
        await expectWork(user, name)
      },
      { timeout: 10_000 },
    )
    const jobs = await failed()
    expect(new Set(jobs.map(({ consumer }) => consumer))).toEqual(new Set([name]))
    expect(await failuresOf(name)).toBe(before + jobs.length)
    const text = await metrics.registry.metrics()
    expect(text).toContain(`passbook_job_failures_total{job="${name}"}`)
    expect(text).toMatch(
      new RegExp(`passbook_job_duration_seconds_count\\{job="${name}",outcome="failed"\\}`),
    )
    failing = undefined
    for (const queue of queues) await queue.retry()
    await vi.waitFor(async () => await expectWork(user), { timeout: 10_000 })
    await service.settled()
    expect(await failed()).toEqual([])
  })
})
