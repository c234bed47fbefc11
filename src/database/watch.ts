import { databaseUnavailable } from '../errors.ts'
import type { Log } from '../lib/log.ts'
import { UnderWay } from '../lib/under-way.ts'
import type { DatabaseProbe } from './probe.ts'

/** A wait longer than this makes us probe the database. */
const MAX_SILENCE_MS = 1_000
/** How often waits are checked, and how often an unavailable database is probed. */
const CHECK_INTERVAL_MS = 250

/** Somebody waiting for the database, and how to end the wait early. */
interface Wait {
  readonly since: number
  readonly giveUp: (error: Error) => void
}

export type DatabaseWatch = ReturnType<typeof watchDatabase>

/**
 * A circuit breaker that opens when the database is silent, not when statements are slow. A wait
 * that lasts suspiciously long, or a failed connection, triggers the probe. If the probe gets no
 * answer, the breaker opens: current waits are given up and new ones refused. It closes when the
 * probe, which keeps asking, gets an answer.
 */
export function watchDatabase(probe: DatabaseProbe, log: Log) {
  const waits = new UnderWay<Wait>()
  let away = false
  let pending: Promise<boolean> | undefined
  let lastAnswer = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function openBreaker(error: unknown): void {
    if (!away) log.error({ err: error }, 'the database does not answer: refusing requests')
    away = true
    for (const wait of waits.items()) wait.giveUp(databaseUnavailable(error))
  }

  async function runProbe(): Promise<boolean> {
    try {
      await probe.ask()
      lastAnswer = performance.now()
      if (away) log.info('the database answers again')
      away = false
      return true
    } catch (error) {
      if (!closed) openBreaker(error)
      return false
    } finally {
      pending = undefined
    }
  }

  /**
   * Probes the database; concurrent callers share one probe.
   *
   * @returns whether the database answers
   */
  function answers(): Promise<boolean> {
    pending ??= runProbe()
    return pending
  }

  function check(): void {
    const oldest = Math.min(...waits.items().map(({ since }) => since))
    const silentSince = Math.max(oldest, lastAnswer)
    if (away || performance.now() - silentSince > MAX_SILENCE_MS) void answers()
  }

  timer = setInterval(check, CHECK_INTERVAL_MS).unref()

  return {
    /** Whether the breaker is open. */
    get away() {
      return away
    },
    /** Whether the breaker is open, or a probe is under way. */
    get doubtful() {
      return away || pending !== undefined
    },
    answers,
    /** Reports a refused or lost connection. */
    suspect(): void {
      void answers()
    },
    /**
     * Registers a wait for the database.
     *
     * @param giveUp called if the database turns out to be unavailable; otherwise the wait must
     *   end by itself
     * @returns a function to call when the wait is over
     */
    wait(giveUp: (error: Error) => void): () => void {
      return waits.add({ since: performance.now(), giveUp })
    },
    close(): void {
      closed = true
      clearInterval(timer)
      probe.close()
    },
  }
}
