import pg from 'pg'
import { databaseUnavailable, overloaded } from '../errors.ts'
import { afterOwnTime, type OwnTimer } from '../lib/own-time.ts'
import { isDatabaseAway } from './errors.ts'
import type { DatabaseWatch } from './watch.ts'

type Done = (error: Error | null | undefined, result?: unknown) => void
/** The driver's effective options, merged from its config and the database URL. */
interface Configured {
  readonly connectionParameters: { query_timeout: unknown }
}
type CheckedOut = (error: Error | undefined, client?: pg.PoolClient, release?: () => void) => void

const noop = () => undefined

/**
 * Clients that close the connection when an answer is late, since it would be taken for that of
 * the next query. The limits come from the driver's options. Its own timers are not used: they
 * would count time in which this process did not run.
 *
 * @param connectMs how long connecting may take
 */
function watchedClient(watch: PoolWatch, connectMs: number): typeof pg.Client {
  return class extends pg.Client {
    readonly #answerMs: number

    constructor(config: pg.ClientConfig) {
      super(config)
      const { connectionParameters } = this as unknown as Configured
      this.#answerMs = Number(connectionParameters.query_timeout)
      connectionParameters.query_timeout = 0
    }

    #endAfter(milliseconds: number, reason: string): OwnTimer | undefined {
      if (milliseconds === 0) return undefined
      return afterOwnTime(milliseconds, () => this.connection.stream.destroy(new Error(reason)))
    }

    override connect(...[callback]: never[]): never {
      const timer = this.#endAfter(connectMs, 'timeout expired')
      const done: Done = (error, client) => {
        timer?.stop()
        ;(callback as unknown as Done)(error, client)
      }
      return super.connect(done as never) as never
    }

    override query(...parts: never[]): never {
      const [config, values, callback] = parts as unknown as readonly [never, never, unknown]
      const endWait = watch.wait((error) => this.connection.stream.destroy(error))
      const timer = this.#endAfter(this.#answerMs, 'Query read timeout')
      const end: Done = (error) => {
        endWait()
        timer?.stop()
        if (!error || !isDatabaseAway(error)) return
        this.connection.stream.destroy(error)
        watch.suspect()
      }
      if (typeof callback === 'function') {
        const done: Done = (error, result) => {
          end(error)
          callback(error, result)
        }
        return super.query(config, values, done as never) as never
      }
      const answer = super.query(config, values) as Promise<unknown>
      answer.then(() => end(null), end)
      return answer as never
    }
  }
}

/** What a pool reports to the database watch, and asks of it. */
export type PoolWatch = Pick<DatabaseWatch, 'away' | 'doubtful' | 'suspect' | 'wait'>

/** For background work: it waits up to its own limits instead of failing when the breaker opens. */
export const PATIENT: PoolWatch = {
  away: false,
  doubtful: false,
  suspect: noop,
  wait: () => noop,
}

/**
 * A pool in which every wait is bounded, for a connection or an answer. It fails at once while the
 * database is known to be unavailable.
 */
export class BoundedPool extends pg.Pool {
  readonly #watch: PoolWatch
  readonly #connectMs: number

  constructor({ connectionTimeoutMillis = 0, ...options }: pg.PoolConfig, watch: PoolWatch) {
    super({ ...options, Client: watchedClient(watch, connectionTimeoutMillis) })
    this.#watch = watch
    this.#connectMs = connectionTimeoutMillis
  }

  /** @throws AppError 503 `database_unavailable`, or `overloaded` if all connections stay busy */
  override connect(...[callback]: never[]): never {
    if (typeof callback === 'function') return this.#checkOut(callback) as never
    return new Promise<pg.PoolClient | undefined>((resolve, reject) => {
      this.#checkOut((error, client) => (error ? reject(error) : resolve(client)))
    }) as never
  }

  /** @throws AppError 503 while the database is known to be unavailable */
  assertReachable(): void {
    if (this.#watch.away) throw databaseUnavailable()
  }

  #checkOut(callback: CheckedOut): void {
    const watch = this.#watch
    if (watch.away) {
      callback(databaseUnavailable(), undefined, noop)
      return
    }
    let ended = false
    const finish: CheckedOut = (error, client, release) => {
      if (ended) {
        release?.()
        return
      }
      ended = true
      endWait()
      timer?.stop()
      callback(error, client, release)
    }
    const endWait = watch.wait((error) => finish(error, undefined, noop))
    let timer: OwnTimer | undefined
    super.connect(((error: Error | undefined, client?: pg.PoolClient, release?: () => void) => {
      if (error) watch.suspect()
      finish(error, client, release)
    }) as never)
    // Started after the new connection's own timer, whose error explains more.
    if (this.#connectMs === 0 || ended) return
    timer = afterOwnTime(this.#connectMs, () => {
      const error = new Error('no connection became free in time')
      finish(watch.doubtful ? databaseUnavailable(error) : overloaded(error), undefined, noop)
    })
  }
}
