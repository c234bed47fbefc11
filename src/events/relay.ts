import type { Database, PlainDatabase } from '../database/client.ts'
import { WORK_LIMITS } from '../database/work-limits.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import type { Job } from './catalogue.ts'
import { jobsOf, yields } from './jobs-of-rows.ts'
import { createLoadRounds } from './load-rounds.ts'
import { type ClaimedRow, claimLost, claimNew, unclaim } from './outbox.ts'
import { type Passes, startPasses } from './passes.ts'
import type { EventQueue } from './queue.ts'
import { createRunaways, ranOutOfTime } from './runaways.ts'

const MAX_BATCH_ROWS = 2_000
/** After a claim that took too long, batches shrink to as few rows, and grow again. */
const MIN_BATCH_ROWS = 50
/** Milliseconds between two claims, by how many rows the last one found. */
interface Spacing {
  readonly least: number
  readonly most: number
  readonly perRow: number
}
/**
 * Every finished job nudges; in a burst one pass serves several nudges. A round costs much the same for
 * few users and for many, so the more changes arrive, the more share one.
 */
const SPACING: Spacing = { least: 30, most: 250, perRow: 1 }
/** The passes of other processes only begin what those of the worker go on with. */
const SPACING_ELSEWHERE: Spacing = { ...SPACING, least: 50 }
/** Scores and alerts, which yield: a burst of changes to a user is then one score. */
const YIELDING_SPACING: Spacing = { least: 300, most: 1_000, perRow: 2 }
/** Time between two looks for rows whose job was lost. */
const LOST_EVERY_MS = 500

interface RelayOptions {
  readonly database: Database
  /** For claims. */
  readonly relayed: PlainDatabase
  readonly queue: EventQueue
  readonly log: Log
  /**
   * An enqueued row whose work is not done by then is enqueued again. The wait doubles each time.
   */
  readonly retrySeconds: number
  /** A worker polls; an API process is only nudged. */
  readonly poll: boolean
  readonly metrics: Metrics
  /**
   * The server's limit on a claim, in milliseconds. Defaults to that of the relay's connections.
   */
  readonly claimMs?: number
}

export type Relay = Passes

/**
 * A claim steps over all changes whose user has a job already. Resting for this many times its
 * duration bounds the cost while a load goes on.
 */
const REST = 4

const spaced = ({ least, most, perRow }: Spacing, rows: number, duration = 0) =>
  Math.min(Math.max(least, rows * perRow, duration * REST), most)

/**
 * Moves committed outbox rows to the queue. A claim is committed before its jobs are added: a job
 * that ran before that commit would find nothing. If adding fails, the rows are released. If the
 * process dies in between, they are claimed again as lost.
 */
export function startRelay(options: RelayOptions): Relay {
  const { database, relayed, queue, log, retrySeconds, poll, metrics } = options
  const { claimMs = WORK_LIMITS.relay.statement } = options
  const rounds = createLoadRounds()
  const runaways = createRunaways({ database, log, metrics, claimMs })
  let batch = MAX_BATCH_ROWS
  let again = false
  let nextLookForLost = 0
  let nextYielding = 0
  const between = poll ? SPACING : SPACING_ELSEWHERE
  let spacing = between.least

  async function enqueue(rows: readonly ClaimedRow[], jobs: readonly Job[]): Promise<void> {
    if (rows.length === 0) return
    try {
      await queue.add(jobs)
    } catch (error) {
      await unclaim(database, rows)
      throw error
    }
  }

  /**
   * Claims a batch. A claim that takes too long returns nothing and makes the next batches smaller.
   */
  async function claim(
    claimRows: (limit: number) => Promise<readonly ClaimedRow[]>,
  ): Promise<readonly ClaimedRow[]> {
    try {
      return await claimRows(batch)
    } catch (error) {
      if (!ranOutOfTime(error)) throw error
      batch = Math.max(Math.floor(batch / 4), MIN_BATCH_ROWS)
      again = true
      await runaways.ended()
      return []
    }
  }

  async function pass(): Promise<boolean> {
    again = false
    if (poll) await runaways.look()
    const size = batch
    const start = Date.now()
    const yielding = start >= nextYielding
    const loading = rounds.isDue()
    const fresh = await claim((rows) => claimNew(relayed, rows, yielding, loading))
    const duration = Date.now() - start
    await enqueue(fresh, jobsOf(fresh))
    const waiting = fresh.filter(({ type }) => yields(type)).length
    const loads = fresh.filter(({ load }) => load).length
    const others = fresh.length - waiting - loads
    spacing = spaced(between, others, duration)
    // What fills a batch has more behind it, which must not pile up.
    if (yielding && waiting < size) nextYielding = Date.now() + spaced(YIELDING_SPACING, waiting)
    if (loading && loads < size) rounds.looked(loads)
    again ||= others === size || waiting === size || loads === size
    if (poll && Date.now() >= nextLookForLost) {
      nextLookForLost = Date.now() + LOST_EVERY_MS
      // A job each: a failing recomputation then delays nobody else's figures.
      const lost = await claim((rows) => claimLost(relayed, rows, retrySeconds))
      await enqueue(lost, jobsOf(lost, false))
    }
    if (batch === size) batch = Math.min(size * 2, MAX_BATCH_ROWS)
    return again
  }

  return startPasses({
    pass,
    spacing: () => spacing,
    poll,
    failed: (error) =>
      log.warn({ err: error }, 'the relay could not enqueue events; they wait in the outbox'),
  })
}
