import { Redis } from 'ioredis'
import type { Log } from './log.ts'

const RECONNECT_MOST_MS = 1_000
const COMMAND_TIMEOUT_MS = 5_000
/** A connection on which an answer is owed for so long is replaced. */
const SOCKET_TIMEOUT_MS = 10_000

/** What a command does while Redis is away: requests fail at once, workers wait. */
export type WhenAway = 'fail-fast' | 'wait'

interface ReconnectOptions {
  readonly retryStrategy: (attempt: number) => number
  readonly maxRetriesPerRequest: number | null
  readonly enableOfflineQueue?: boolean
  readonly commandTimeout?: number
  readonly socketTimeout?: number
}

/** Connection options for both kinds of client. */
export function redisOptions(whenAway: WhenAway): ReconnectOptions {
  const retryStrategy = (attempt: number) => Math.min(attempt * 50, RECONNECT_MOST_MS)
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

/** Opens a client that reconnects for ever and logs the loss of its connection once. */
export function openRedis(url: string, whenAway: WhenAway, log: Log): Redis {
  const redis = new Redis(url, redisOptions(whenAway))
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
