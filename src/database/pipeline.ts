import type pg from 'pg'
import type { BoundedPool } from './bounded-pool.ts'

const noop = () => undefined

/**
 * Sends statements on one connection, without waiting for the answers of those before. What is sent
 * in one turn of the event loop goes out in one packet: PostgreSQL wakes up once for all of it.
 * It is for short statements, as each waits for those before it.
 */
export class Pipeline {
  readonly #pool: BoundedPool
  #client: Promise<pg.PoolClient> | undefined

  /** @param pool has one connection, whose driver does not wait for answers either */
  constructor(pool: BoundedPool) {
    this.#pool = pool
  }

  /** @throws AppError 503 while the database is away; the driver's error */
  async query<Row extends object>(config: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    this.#pool.assertReachable()
    this.#client ??= this.#checkOut()
    const client = await this.#client
    const { stream } = client.connection
    stream.cork()
    process.nextTick(() => stream.uncork())
    return await client.query<Row>(config)
  }

  /** The connection is kept until it breaks. */
  async #checkOut(): Promise<pg.PoolClient> {
    const forget = () => {
      this.#client = undefined
    }
    try {
      const client = await (this.#pool as pg.Pool).connect()
      const leave = () => {
        forget()
        client.off('error', leave)
        client.off('end', leave)
        client.release(true)
      }
      client.once('error', leave)
      client.once('end', leave)
      return client
    } catch (error) {
      forget()
      throw error
    }
  }

  /** Ends once all that was sent is answered. */
  async end(): Promise<void> {
    const client = await this.#client?.catch(noop)
    this.#client = undefined
    client?.removeAllListeners('end')
    client?.release()
    await this.#pool.end()
  }
}
