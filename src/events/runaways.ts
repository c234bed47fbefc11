import type { Database } from '../database/client.ts'
import { codeOf, driverCause } from '../database/errors.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'

/** PostgreSQL's code for a statement that timed out or was cancelled. */
const CANCELLED = '57014'
/**
 * Precedes each claim statement. By it the relay recognizes its own statements in
 * `pg_stat_activity`.
 */
export const CLAIM_MARK = '/* passbook relay */'

interface RunawayOptions {
  readonly database: Database
  readonly log: Log
  readonly metrics: Metrics
  /** The server's limit on a claim, in milliseconds. */
  readonly claimMs: number
}

/** Whether a claim failed because it took too long. */
export const ranOutOfTime = (error: unknown): boolean =>
  [codeOf(error), driverCause(error).originalCode].includes(CANCELLED)

/**
 * Cancels claims that take too long, and refreshes the table's statistics so that the next ones do
 * not.
 */
export function createRunaways({ database, log, metrics, claimMs }: RunawayOptions) {
  let nextLook = 0

  function note(count: number): void {
    metrics.relayRunaways.inc(count)
    log.warn({ count, claim_ms: claimMs }, 'cancelled a claim of outbox rows that took too long')
  }

  /** Fresh statistics also invalidate the plans that sessions cache for this table. */
  const analyze = () => database.$executeRaw`ANALYZE outbox`

  return {
    /** Call this when a claim of this process timed out. */
    async ended(): Promise<void> {
      note(1)
      await analyze()
    },

    /**
     * Cancels claims that no process waits for any more: the server goes on with the statement of a
     * killed process. Looks at most once per `claimMs`.
     */
    async look(): Promise<void> {
      if (Date.now() < nextLook) return
      nextLook = Date.now() + claimMs
      const ended = await database.$queryRaw<unknown[]>`
        SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
          AND state = 'active' AND starts_with(ltrim(query, E' \\n'), ${CLAIM_MARK})
          AND query_start < now() - make_interval(secs => ${claimMs}::int / 1000.0)`
      if (ended.length === 0) return
      note(ended.length)
      await analyze()
    },
  }
}
