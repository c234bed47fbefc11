import type pg from 'pg'
import type { BoundedPool } from '../bounded-pool.ts'
import { runWhenQuiet } from './quiet-turn.ts'

const noop = () => undefined

/** The connection in use. */
interface Held {
  readonly client: pg.PoolClient
  /** Gives it back, once. @param isBroken whether nobody can use it any more */
  release(isBroken: boolean): void
}

/**
 * Sends statements on one connection. What is sent in one turn of the event loop goes out in one
 * packet: PostgreSQL wakes up once for all of it, which costs more than most of the statements. It is
 * for short statements, as each waits for those before it.
 */
export class Pipeline {
  readonly #pool: BoundedPool
  #held: Promise<Held> | undefined
  #unanswered = 0
  #due: (() => void)[] = []

  /** @param pool has one connection, whose driver does not wait for answers either */
  constructor(pool: BoundedPool) {
    this.#pool = pool
  }

  /**
   * Runs work that sends statements, once all that was sent is answered. So what comes meanwhile goes
   * out in one packet.
   */
  readonly begin = (work: () => void): void => {
    if (this.#due.push(work) === 1 && this.#unanswered === 0) this.#beginAll()
  }

  #beginAll(): void {
    runWhenQuiet(() => {
      const all = this.#due
      this.#due = []
      for (const work of all) work()
    })
  }

  /** @throws AppError 503 while the database is away; the driver's error */
  async query<Row extends object>(config: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    this.#unanswered += 1
    try {
      this.#pool.assertReachable()
      this.#held ??= this.#checkOut()
      const { client } = await this.#held
      const { stream } = client.connection
      stream.cork()
      process.nextTick(() => stream.uncork())
      return await client.query<Row>(config)
    } finally {
      this.#unanswered -= 1
      if (this.#unanswered === 0 && this.#due.length > 0) this.#beginAll()
    }
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
