import { setTimeout as delay } from 'node:timers/promises'
import { type Database, Prisma } from '../database/client.ts'
import { afterCommit } from '../database/unit-of-work.ts'
import { WORK_LIMITS } from '../database/work-limits.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import type { AppEvent } from './catalogue.ts'
import { type ClaimedRow, eventsOf, eventsOfEach } from './outbox-events.ts'
import type { EventQueue } from './queue.ts'
import { CLAIM_MARK, createRunaways, ranOutOfTime } from './runaways.ts'

const MAX_BATCH_ROWS = 2_000
/** A claim that took too long is followed by smaller ones, which grow again. */
const MIN_BATCH_ROWS = 50
const MARK = Prisma.raw(CLAIM_MARK)
const POLL_MS = 200
/** Between two passes: every job that ends nudges, and in a burst one pass for several is enough. */
const SPACING_MS = 40
/** Between two looks for rows whose job got lost. */
const LOST_EVERY_MS = 500
/** How long the relay rests after the database or the queue failed it. */
const PAUSE_MS = 1_000

interface RelayOptions {
  readonly database: Database
  readonly queue: EventQueue
  readonly log: Log
  /** After so long, doubled with every time, an enqueued row without figures is enqueued again. */
  readonly retrySeconds: number
  /** A worker polls; an API process is only nudged. */
  readonly poll: boolean
  readonly metrics: Metrics
  /** What the server gives a claim, in milliseconds: the limit of the relay's connections when not given. */
  readonly claimMs?: number
}

/** Tells the relay that something was committed, or is about to be. */
export interface Nudge {
  nudge(): void
}

export interface Relay extends Nudge {
  close(): Promise<void>
}

/**
 * Rows never enqueued. A user with a row on its way is left alone: its job takes every row that is
 * there when it runs, and what comes later is enqueued once that job is done. So a user has one job
 * at a time, however many transactions arrive.
 */
const claimNew = (database: Database, most: number) => database.$queryRaw<ClaimedRow[]>`
  ${MARK} SELECT id, user_id, request_id FROM claim_outbox(${most}::int)`

/** Rows whose job got lost with a queue or is failing. */
const claimOld = (database: Database, most: number, retrySeconds: number) =>
  database.$queryRaw<ClaimedRow[]>`
    ${MARK} SELECT id, user_id, request_id FROM claim_lost_outbox(${most}::int, ${retrySeconds}::int)`

/**
 * What was on its way when a process died is sent again at once: its job may be gone, or be held by
 * the lock of a worker that is. A job too many finds nothing to do.
 */
export async function releaseOutbox(database: Database): Promise<void> {
  await database.$executeRaw`SELECT release_outbox()`
}

/**
 * Moves committed outbox rows to the queue. Marking is committed before the job is added: a job that
 * runs before the commit of its mark would find nothing. When adding fails the mark is taken back;
 * when the process dies in between, the age of the row brings it up again.
 */
export function startRelay(options: RelayOptions): Relay {
  const { database, queue, log, retrySeconds, poll, metrics } = options
  const { claimMs = WORK_LIMITS.relay.statement } = options
  const runaways = createRunaways({ database, log, metrics, claimMs })
  let batch = MAX_BATCH_ROWS
  let running: Promise<void> | undefined
  let again = false
  let closed = false
  let pausedUntil = 0
  let nextPass = 0
  let nextLookForLost = 0

  async function enqueue(
    rows: readonly ClaimedRow[],
    toEvents: (rows: readonly ClaimedRow[]) => readonly AppEvent[],
  ): Promise<void> {
    if (rows.length === 0) return
    try {
      await queue.add(toEvents(rows))
    } catch (error) {
      await database.outboxRow.updateMany({
        where: { id: { in: rows.map((row) => row.id) } },
        data: { enqueuedAt: null, attempts: { decrement: 1 } },
      })
      throw error
    }
  }

  /** Claims a batch, or nothing where that took too long: what follows is smaller. */
  async function claim(
    from: (most: number) => Promise<readonly ClaimedRow[]>,
  ): Promise<readonly ClaimedRow[]> {
    try {
      return await from(batch)
    } catch (error) {
      if (!ranOutOfTime(error)) throw error
      batch = Math.max(Math.floor(batch / 4), MIN_BATCH_ROWS)
      again = true
      await runaways.ended()
      return []
    }
  }

  async function pass(): Promise<void> {
    if (poll) await runaways.look()
    const most = batch
    const fresh = await claim((rows) => claimNew(database, rows))
    await enqueue(fresh, eventsOf)
    again ||= fresh.length === most
    if (poll && Date.now() >= nextLookForLost) {
      nextLookForLost = Date.now() + LOST_EVERY_MS
      // Each alone: one whose recomputation fails keeps nobody else's figures waiting.
      const lost = await claim((rows) => claimOld(database, rows, retrySeconds))
      await enqueue(lost, eventsOfEach)
    }
    if (batch === most) batch = Math.min(most * 2, MAX_BATCH_ROWS)
  }

  async function run(): Promise<void> {
    do {
      const rest = nextPass - Date.now()
      if (rest > 0) await delay(rest)
      again = false
      await pass()
      nextPass = Date.now() + SPACING_MS
    } while (again && !closed)
  }

  function nudge(): void {
    again = true
    if (closed || running || Date.now() < pausedUntil) return
    running = run()
      .catch((error) => {
        pausedUntil = Date.now() + PAUSE_MS
        log.warn({ err: error }, 'events wait: the relay could not enqueue them')
      })
      .finally(() => {
        running = undefined
      })
  }

  const timer = poll ? setInterval(nudge, POLL_MS) : undefined

  return {
    nudge: () => void afterCommit(nudge),
    async close() {
      closed = true
      clearInterval(timer)
      await running
    },
  }
}

/** Shows how much waits in the outbox, and for how long. */
export function gaugeOutbox(database: Database, metrics: Metrics): void {
  metrics.gauge(
    'passbook_outbox_rows',
    'Changes whose figures are not current yet: of a day, or of a user by a big load',
    () => database.outboxRow.count(),
  )
  metrics.gauge('passbook_outbox_lag_seconds', 'Age of the oldest row of the outbox', async () => {
    const { _min } = await database.outboxRow.aggregate({ _min: { createdAt: true } })
    return _min.createdAt === null ? 0 : (Date.now() - _min.createdAt.getTime()) / 1000
  })
}
