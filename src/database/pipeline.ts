import type pg from 'pg'
import type { BoundedPool } from './bounded-pool.ts'

const noop = () => undefined

/** The connection in use. */
interface Held {
  readonly client: pg.PoolClient
  /** Gives it back, once. @param isBroken whether nobody can use it any more */
  release(isBroken: boolean): void
}

/**
 * Sends statements on one connection, without waiting for the answers of those before. What is sent
 * in one turn of the event loop goes out in one packet: PostgreSQL wakes up once for all of it.
 * It is for short statements, as each waits for those before it.
 */
export class Pipeline {
  readonly #pool: BoundedPool
  #held: Promise<Held> | undefined

  /** @param pool has one connection, whose driver does not wait for answers either */
  constructor(pool: BoundedPool) {
    this.#pool = pool
  }

  /** @throws AppError 503 while the database is away; the driver's error */
  async query<Row extends object>(config: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    this.#pool.assertReachable()
    this.#held ??= this.#checkOut()
    const { client } = await this.#held
    const { stream } = client.connection
    stream.cork()
    process.nextTick(() => stream.uncork())
    return await client.query<Row>(config)
  }

  /** The connection is kept until it breaks. */
  async #checkOut(): Promise<Held> {
    try {
      const client = await (this.#pool as pg.Pool).connect()
      let isHeld = true
      const release = (isBroken: boolean) => {
        if (!isHeld) return
        isHeld = false
        this.#held = undefined
        client.release(isBroken)
      }
      const leave = () => release(true)
      client.once('error', leave)
      client.once('end', leave)
      return { client, release }
    } catch (error) {
      this.#held = undefined
      throw error
    }
  }

  /** Ends once all that was sent is answered. */
  async end(): Promise<void> {
    const held = await this.#held?.catch(noop)
    held?.release(false)
    await this.#pool.end()
  }
}
