import pg from 'pg'
import { databaseUnavailable, overloaded } from '../errors.ts'
import { isDatabaseAway } from './errors.ts'
import type { DatabaseWatch } from './watch.ts'

type Done = (error: Error | null | undefined, result?: unknown) => void
type CheckedOut = (error: Error | undefined, client?: pg.PoolClient, release?: () => void) => void

const POOL_IS_FULL = 'timeout exceeded when trying to connect'
const nothing = () => undefined

/** Connections that end when the server does not answer in time: a late answer would be the next question's. */
function watchedClient(watch: PoolWatch): typeof pg.Client {
  return class extends pg.Client {
    override query(...parts: never[]): never {
      const [config, values, callback] = parts as unknown as readonly [never, never, unknown]
      const over = watch.wait((error) => this.connection.stream.destroy(error))
      const end: Done = (error) => {
        over()
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

/** What a pool tells of its waits, and is told of the database. */
export type PoolWatch = Pick<DatabaseWatch, 'away' | 'doubtful' | 'suspect' | 'wait'>

/** For work that rather waits until its own limits than be given up when the database is silent for a moment. */
export const PATIENT: PoolWatch = {
  away: false,
  doubtful: false,
  suspect: nothing,
  wait: () => nothing,
}

/**
 * A pool in which every wait ends: for a connection, for an answer, and at once while the database is
 * known to be away.
 */
export class BoundedPool extends pg.Pool {
  readonly #watch: PoolWatch

  constructor(options: pg.PoolConfig, watch: PoolWatch) {
    super({ ...options, Client: watchedClient(watch) })
    this.#watch = watch
  }

  /** @throws AppError 503 `database_unavailable`, or `overloaded` when all connections stay busy */
  override connect(...[callback]: never[]): never {
    if (typeof callback === 'function') return this.#checkOut(callback) as never
    return new Promise<pg.PoolClient | undefined>((resolve, reject) => {
      this.#checkOut((error, client) => (error ? reject(error) : resolve(client)))
    }) as never
  }

  #checkOut(callback: CheckedOut): void {
    const watch = this.#watch
    if (watch.away) {
      callback(databaseUnavailable(), undefined, nothing)
      return
    }
    let ended = false
    const finish: CheckedOut = (error, client, release) => {
      if (ended) {
        release?.()
        return
      }
      ended = true
      over()
      callback(error, client, release)
    }
    const over = watch.wait((error) => finish(error, undefined, nothing))
    super.connect(((error: Error | undefined, client?: pg.PoolClient, release?: () => void) => {
      if (error === undefined) finish(undefined, client, release)
      else finish(this.#explain(error), undefined, nothing)
    }) as never)
  }

  #explain(error: Error): Error {
    if (error.message === POOL_IS_FULL) {
      return this.#watch.doubtful ? databaseUnavailable(error) : overloaded(error)
    }
    this.#watch.suspect()
    return error
  }
}
