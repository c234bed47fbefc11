import type { Database } from '../database/client.ts'
import { codeOf, driverCause } from '../database/errors.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'

/** PostgreSQL's code for a statement that ran out of time, or was cancelled. */
const CANCELLED = '57014'
/** In front of each statement that claims: by it a relay knows its own among the server's sessions. */
export const CLAIM_MARK = '/* passbook relay */'

interface RunawayOptions {
  readonly database: Database
  readonly log: Log
  readonly metrics: Metrics
  /** What the server gives a claim, in milliseconds. */
  readonly claimMs: number
}

/** Whether a claim failed because it took too long. */
export const ranOutOfTime = (error: unknown): boolean =>
  [codeOf(error), driverCause(error).originalCode].includes(CANCELLED)

/** Ends claims that take too long, and sees to it that the next ones do not. */
export function createRunaways({ database, log, metrics, claimMs }: RunawayOptions) {
  let nextLook = 0

  function note(count: number): void {
    metrics.relayRunaways.inc(count)
    log.warn({ count, claim_ms: claimMs }, 'a claim of changes took too long and was ended')
  }

  /** Fresh statistics also end the plans that sessions keep for this table. */
  const analyze = () => database.$executeRaw`ANALYZE outbox`

  return {
    /** To be called when a claim of this process ran out of time. */
    async ended(): Promise<void> {
      note(1)
      await analyze()
    },

    /**
     * Ends what no process waits for any more: when one is killed, the server goes on with its statement. Looks
     * again after as long as a claim may take.
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
