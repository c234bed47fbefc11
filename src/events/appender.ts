import type { Database, PlainDatabase } from '../database/client.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { type Passes, startPasses } from './passes.ts'

/** Events of one database transaction. */
const MAX_BATCH_EVENTS = 1_000
/** Transactions of one pass, after which others have their turn. */
const MAX_BATCHES = 10
/** Each pass that finds something waits for the disk. */
const SPACING_MS = 100
/**
 * While a transaction of hours goes on, PostgreSQL keeps the rows of events that were appended
 * meanwhile, and each look steps over them. Resting for this many times its duration bounds the cost.
 */
const REST = 4

interface AppenderOptions {
  readonly relayed: PlainDatabase
  readonly metrics: Metrics
  readonly log: Log
}

interface Appended {
  readonly type: string
  readonly count: string
}

/**
 * Moves pending events to the end of the events (`prisma/functions/events/append_events.sql` says
 * in which order). Any number of processes may do so: they take turns.
 */
export function startAppender({ relayed, metrics, log }: AppenderOptions): Passes {
  let spacing = SPACING_MS

  /** @returns how many there were */
  async function append(): Promise<number> {
    const appended = await relayed.rows<Appended>(
      'SELECT type, count FROM append_events($1::int)',
      [MAX_BATCH_EVENTS],
    )
    let total = 0
    for (const { type, count } of appended) {
      metrics.eventsAppended.inc({ type }, Number(count))
      total += Number(count)
    }
    return total
  }

  async function pass(): Promise<boolean> {
    spacing = SPACING_MS
    for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
      const start = Date.now()
      if ((await append()) < MAX_BATCH_EVENTS) {
        spacing = Math.max(SPACING_MS, (Date.now() - start) * REST)
        return false
      }
    }
    return true
  }

  return startPasses({
    pass,
    spacing: () => spacing,
    poll: true,
    failed: (error) => log.warn({ err: error }, 'events could not be appended; they wait'),
  })
}

/** Registers a gauge for how many events wait for the appender. */
export function gaugePendingEvents(database: Database, metrics: Metrics): void {
  metrics.gauge('passbook_events_pending', 'Events that are not listed yet', () =>
    database.pendingEvent.count(),
  )
}
