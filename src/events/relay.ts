import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../database/client.ts'
import { afterCommit } from '../database/unit-of-work.ts'
import { WORK_LIMITS } from '../database/work-limits.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import type { Job } from './catalogue.ts'
import { type ClaimedRow, claimLost, claimNew, jobsOf, unclaim } from './outbox.ts'
import type { EventQueue } from './queue.ts'
import { createRunaways, ranOutOfTime } from './runaways.ts'

const MAX_BATCH_ROWS = 2_000
/** A claim that took too long is followed by smaller ones, which grow again. */
const MIN_BATCH_ROWS = 50
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

  async function enqueue(rows: readonly ClaimedRow[], jobs: readonly Job[]): Promise<void> {
    if (rows.length === 0) return
    try {
      await queue.add(jobs)
    } catch (error) {
      await unclaim(database, rows)
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
    await enqueue(fresh, jobsOf(fresh))
    again ||= fresh.length === most
    if (poll && Date.now() >= nextLookForLost) {
      nextLookForLost = Date.now() + LOST_EVERY_MS
      // Each alone: one whose recomputation fails keeps nobody else's figures waiting.
      const lost = await claim((rows) => claimLost(database, rows, retrySeconds))
      await enqueue(lost, jobsOf(lost, false))
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
