import { databaseUnavailable } from '../errors.ts'
import type { Log } from '../lib/log.ts'
import type { DatabaseProbe } from './probe.ts'

/** A wait that lasts longer has us ask whether the database answers at all. */
const SUSPICIOUS_MS = 1_000
/** Between two looks at what waits, and two questions to a database that is away. */
const LOOK_EVERY_MS = 250

/** Waits for the database, and what ends one early. */
interface Wait {
  readonly since: number
  readonly giveUp: (error: Error) => void
}

export type DatabaseWatch = ReturnType<typeof watchDatabase>

/**
 * A circuit breaker that is opened by the database's silence, not by slow statements. Whatever waits
 * suspiciously long, or fails for want of a connection, has the probe ask. Where that gets no answer the
 * database is away: what waits is given up, and nobody waits anew, until the probe, which goes on asking,
 * gets one.
 */
export function watchDatabase(probe: DatabaseProbe, log: Log) {
  /** In the order in which they began. */
  const waits = new Set<Wait>()
  let away = false
  let asking: Promise<boolean> | undefined
  let lastAnswer = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function lose(error: unknown): void {
    if (!away) log.error({ err: error }, 'the database does not answer: requests are refused')
    away = true
    for (const wait of waits) wait.giveUp(databaseUnavailable(error))
  }

  async function ask(): Promise<boolean> {
    try {
      await probe.ask()
      lastAnswer = performance.now()
      if (away) log.info('the database answers again')
      away = false
      return true
    } catch (error) {
      if (!closed) lose(error)
      return false
    } finally {
      asking = undefined
    }
  }

  /** All who want to know share one question. @returns whether the database answers */
  function answers(): Promise<boolean> {
    asking ??= ask()
    return asking
  }

  function look(): void {
    const [oldest] = waits
    const silentSince = Math.max(oldest?.since ?? Number.POSITIVE_INFINITY, lastAnswer)
    if (away || performance.now() - silentSince > SUSPICIOUS_MS) void answers()
  }

  timer = setInterval(look, LOOK_EVERY_MS).unref()

  return {
    /** Whether the database is known not to answer. */
    get away() {
      return away
    },
    /** Whether it may not: it is away, or is being asked. */
    get doubtful() {
      return away || asking !== undefined
    },
    answers,
    /** A connection was refused or lost. */
    suspect(): void {
      void answers()
    },
    /**
     * Notes that somebody begins to wait for the database.
     *
     * @param giveUp called when it turns out to be away; the wait has to end by itself otherwise
     * @returns to be called when the wait is over
     */
    wait(giveUp: (error: Error) => void): () => void {
      const wait = { since: performance.now(), giveUp }
      waits.add(wait)
      return () => waits.delete(wait)
    },
    close(): void {
      closed = true
      clearInterval(timer)
      probe.close()
    },
  }
}
