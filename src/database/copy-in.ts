import { finished } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { databaseUnavailable } from '../errors.ts'
import { connectDedicated } from './dedicated-connection.ts'

/** A COPY takes as long as its file is; a lock may be held by whoever reads a dataset that is replaced. */
const LIMITS = { statement: 6 * 3_600_000, lock: 300_000, connect: 5_000 }
/** How long the server may take no data of a COPY. */
const MAX_STALL_MS = 60_000
/** Keys of advisory locks come in pairs; this one says what the second names: an import. */
export const LOAD_LOCK_CLASS = 0x696d70

/** Takes the data of a COPY. */
export interface CopySink {
  /** Waits while the server is behind. @throws the server's error on what was sent before */
  write(bytes: Uint8Array): Promise<void>
  /** @returns how many rows were stored */
  end(): Promise<number>
  /** Ends the COPY and its transaction with an error. */
  abort(): Promise<void>
}

/** A connection that loads, in one transaction. */
export interface LoadConnection {
  run(statement: string, values?: readonly unknown[]): Promise<{ readonly rowCount: number }>
  rows<Row extends object>(query: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** Starts `COPY … FROM STDIN`. Nothing else can be asked until it ends. */
  copyIn(statement: string): CopySink
  commit(): Promise<void>
  /** Everything so far is gone, and the next transaction begins. */
  restart(): Promise<void>
}

const stall = () => databaseUnavailable(new Error('the server takes no data'))

function copySink(client: pg.Client, statement: string): CopySink {
  const stream = client.query(copyFrom(statement))
  let failure: unknown
  let giveUp: (error: unknown) => void = () => undefined
  const done = finished(stream)
  // Whoever writes now or next, or ends, is told. What was written to a lost connection is never answered.
  done.catch((error) => {
    failure = error
    giveUp(error)
  })
  return {
    async write(bytes) {
      if (failure) throw failure
      const stalled = setTimeout(() => client.connection.stream.destroy(stall()), MAX_STALL_MS)
      await new Promise<void>((resolve, reject) => {
        giveUp = reject
        stream.write(bytes, (error) => (error ? reject(error) : resolve()))
      }).finally(() => clearTimeout(stalled))
    },
    async end() {
      stream.end()
      await done
      return stream.rowCount
    },
    async abort() {
      stream.destroy(new Error('the load was given up'))
      await done.catch(() => undefined)
    },
  }
}

/**
 * Does work in one transaction over a connection of its own, which also holds a lock on the subject: a
 * process that dies gives up both at the same moment, so whoever gets the lock knows that nobody else works
 * on it, and that nothing of an earlier attempt is stored.
 *
 * @param work commits by itself; what it left uncommitted is gone in the end
 * @returns what the work returns; undefined when somebody else holds the lock
 */
export async function withLoadConnection<T>(
  databaseUrl: string,
  subject: number,
  work: (connection: LoadConnection) => Promise<T>,
): Promise<T | undefined> {
  const client = await connectDedicated(databaseUrl, 'passbook import', LIMITS)
  const run = async (statement: string, values: readonly unknown[] = []) => {
    const { rowCount } = await client.query(statement, [...values])
    return { rowCount: rowCount ?? 0 }
  }
  try {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1, $2) AS free', [
      LOAD_LOCK_CLASS,
      subject,
    ])
    if (!rows[0].free) return undefined
    // Dates are read the same way wherever the server is.
    await run("SET DateStyle = 'ISO, YMD'")
    await run("SET TimeZone = 'UTC'")
    await run('BEGIN')
    return await work({
      run,
      rows: async (query, values = []) => (await client.query(query, [...values])).rows,
      copyIn: (statement) => copySink(client, statement),
      commit: async () => void (await run('COMMIT')),
      async restart() {
        await run('ROLLBACK')
        await run('BEGIN')
      },
    })
  } finally {
    // Ends the transaction and the lock too.
    await client.end().catch(() => undefined)
  }
}
