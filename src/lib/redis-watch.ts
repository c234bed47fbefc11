import { inTime, TooLate } from './in-time.ts'
import type { Log } from './log.ts'
import { openRedis } from './redis.ts'

/** What a request may wait for Redis once: everything Redis does for it can be done without. */
const MAX_WAIT_MS = 300
/** Between two questions to a Redis that is away. */
const ASK_EVERY_MS = 250

export type RedisWatch = ReturnType<typeof watchRedis>

/**
 * A circuit breaker for everything that requests ask of Redis. After one question too long it asks Redis
 * itself; where that gets no answer either, nobody waits any more until it does.
 */
export function watchRedis(url: string, log: Log) {
  const redis = openRedis(url, 'fail-fast', log)
  let away = false
  let asking: Promise<boolean> | undefined
  let timer: NodeJS.Timeout | undefined

  async function ask(): Promise<boolean> {
    const answered = await inTime(redis.ping(), MAX_WAIT_MS).then(
      () => true,
      () => false,
    )
    if (answered === away) {
      away = !answered
      if (away) log.warn('Redis is away: requests go on without it')
      else log.info('Redis answers again')
    }
    clearInterval(timer)
    timer = away ? setInterval(() => void answers(), ASK_EVERY_MS).unref() : undefined
    return answered
  }

  /** All who want to know share one question. @returns whether Redis answers */
  function answers(): Promise<boolean> {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  return {
    /** Whether Redis is known not to answer. */
    get away() {
      return away
    },
    answers,
    /**
     * Runs something that needs Redis, unless that is away.
     *
     * @param maxWaitMs how long the caller waits for it at most
     * @throws TooLate, or what the command throws
     */
    async run<T>(command: () => Promise<T>, maxWaitMs = MAX_WAIT_MS): Promise<T> {
      if (away) throw new TooLate('Redis is away')
      try {
        return await inTime(command(), maxWaitMs)
      } catch (error) {
        void answers()
        throw error
      }
    },
    close(): void {
      clearInterval(timer)
      redis.disconnect()
    },
  }
}

/** The Redis that several processes share, and whether it answers. */
export interface SharedRedis {
  readonly url: string
  readonly watch: RedisWatch
}

/** @returns undefined where there is none */
export const openShared = (url: string | undefined, log: Log): SharedRedis | undefined =>
  url === undefined ? undefined : { url, watch: watchRedis(url, log) }
