import { Redis, type RedisOptions } from 'ioredis'
import type { Log } from './log.ts'

const MAX_RECONNECT_MS = 1_000
const COMMAND_TIMEOUT_MS = 5_000
/** A connection is replaced when a command waits this long for its answer. */
const SOCKET_TIMEOUT_MS = 10_000

/** What a command does while Redis is unavailable: requests fail fast, workers wait. */
export type WhenAway = 'fail-fast' | 'wait'

interface ReconnectOptions {
  readonly retryStrategy: (attempt: number) => number
  readonly maxRetriesPerRequest: number | null
  readonly enableOfflineQueue?: boolean
  readonly commandTimeout?: number
  readonly socketTimeout?: number
}

/** Connection options for each mode. */
export function redisOptions(whenAway: WhenAway): ReconnectOptions {
  const retryStrategy = (attempt: number) => Math.min(attempt * 50, MAX_RECONNECT_MS)
  return whenAway === 'wait'
    ? { retryStrategy, maxRetriesPerRequest: null }
    : {
        retryStrategy,
        maxRetriesPerRequest: 0,
        enableOfflineQueue: false,
        commandTimeout: COMMAND_TIMEOUT_MS,
        socketTimeout: SOCKET_TIMEOUT_MS,
      }
}

/**
 * A client that never lacks an error listener, and neither do its duplicates. ioredis prints errors
 * that nobody listens to on standard error, and libraries forget their listener or remove it.
 */
export class ListenedRedis extends Redis {
  constructor(url: string, options: RedisOptions) {
    super(url, options)
    this.on('error', () => undefined)
  }

  override duplicate(changes?: Partial<RedisOptions>): Redis {
    return super.duplicate(changes).on('error', () => undefined)
  }
}

/** Opens a client that reconnects forever and logs each loss of its connection once. */
export function openRedis(url: string, whenAway: WhenAway, log: Log): Redis {
  const redis = new ListenedRedis(url, redisOptions(whenAway))
  let away = false
  redis.on('error', (error) => {
    if (!away) log.warn({ err: error }, 'Redis does not answer')
    away = true
  })
  redis.on('ready', () => {
    away = false
  })
  return redis
}
