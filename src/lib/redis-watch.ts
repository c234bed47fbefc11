import { inTime, TooLate } from './in-time.ts'
import type { Log } from './log.ts'
import { openRedis } from './redis.ts'

/** The longest a request waits for Redis: nothing Redis does for it is essential. */
const MAX_WAIT_MS = 300
/** How often an unavailable Redis is probed. */
const PING_INTERVAL_MS = 250

export type RedisWatch = ReturnType<typeof watchRedis>

/**
 * A circuit breaker for everything requests ask of Redis. When a command fails or takes too long,
 * it pings Redis. If the ping fails too, the breaker stays open until a ping succeeds.
 */
export function watchRedis(url: string, log: Log) {
  const redis = openRedis(url, 'fail-fast', log)
  let away = false
  let pending: Promise<boolean> | undefined
  let timer: NodeJS.Timeout | undefined

  async function ping(): Promise<boolean> {
    const answered = await inTime(redis.ping(), MAX_WAIT_MS).then(
      () => true,
      () => false,
    )
    if (answered === away) {
      away = !answered
      if (away) log.warn('Redis does not answer: requests go on without it')
      else log.info('Redis answers again')
    }
    clearInterval(timer)
    timer = away ? setInterval(() => void answers(), PING_INTERVAL_MS).unref() : undefined
    return answered
  }

  /**
   * Probes Redis; concurrent callers share one ping.
   *
   * @returns whether Redis answers
   */
  function answers(): Promise<boolean> {
    pending ??= ping().finally(() => {
      pending = undefined
    })
    return pending
  }

  /**
   * Runs a Redis command, unless the breaker is open.
   *
   * @param maxWaitMs how long the caller waits at most
   * @throws TooLate, or whatever the command throws
   */
  async function run<T>(command: () => Promise<T>, maxWaitMs = MAX_WAIT_MS): Promise<T> {
    if (away) throw new TooLate('Redis is away')
    try {
      return await inTime(command(), maxWaitMs)
    } catch (error) {
      void answers()
      throw error
    }
  }

  return {
    /** Whether the breaker is open. */
    get away() {
      return away
    },
    answers,
    run,
    /** Sends an empty message to all who listen to a channel. */
    publish: (channel: string) => run(() => redis.publish(channel, '')),
    close(): void {
      clearInterval(timer)
      redis.disconnect()
    },
  }
}

/** The Redis shared by several processes, and its breaker. */
export interface SharedRedis {
  readonly url: string
  readonly watch: RedisWatch
}

/** @returns undefined without a URL */
export const openShared = (url: string | undefined, log: Log): SharedRedis | undefined =>
  url === undefined ? undefined : { url, watch: watchRedis(url, log) }
