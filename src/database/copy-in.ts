import { finished } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { databaseUnavailable } from '../errors.ts'
import { connectDedicated } from './dedicated-connection.ts'

/**
 * COPY takes as long as its file. A lock may be held by someone reading the dataset that is
 * replaced.
 */
const LIMITS = { statement: 6 * 3_600_000, lock: 300_000, connect: 5_000 }
/** How long the server may accept no COPY data. */
const MAX_STALL_MS = 60_000
/** Advisory lock keys are pairs: this class, and the id of an import. */
export const LOAD_LOCK_CLASS = 0x696d70

/** Receives the data of a COPY. */
export interface CopySink {
  /**
   * Waits while the server applies backpressure.
   *
   * @throws the server's error about earlier data
   */
  write(bytes: Uint8Array): Promise<void>
  /** @returns the number of stored rows */
  end(): Promise<number>
  /** Fails the COPY and its transaction. */
  abort(): Promise<void>
}

/** A connection that loads data in one transaction. */
export interface LoadConnection {
  run(statement: string, values?: readonly unknown[]): Promise<{ readonly rowCount: number }>
  rows<Row extends object>(query: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** Starts `COPY … FROM STDIN`. No other statement may run until it ends. */
  copyIn(statement: string): CopySink
  commit(): Promise<void>
  /** Rolls back and begins a new transaction. */
  restart(): Promise<void>
}

const stall = () => databaseUnavailable(new Error('the server accepts no data'))

function copySink(client: pg.Client, statement: string): CopySink {
  const stream = client.query(copyFrom(statement))
  let failure: unknown
  let rejectWrite: (error: unknown) => void = () => undefined
  const done = finished(stream)
  // Reject the pending write, and any later call: a write to a lost connection never calls back.
  done.catch((error) => {
    failure = error
    rejectWrite(error)
  })
  return {
    async write(bytes) {
      if (failure) throw failure
      const stalled = setTimeout(() => client.connection.stream.destroy(stall()), MAX_STALL_MS)
      await new Promise<void>((resolve, reject) => {
        rejectWrite = reject
        stream.write(bytes, (error) => (error ? reject(error) : resolve()))
      }).finally(() => clearTimeout(stalled))
    },
    async end() {
      stream.end()
      await done
      return stream.rowCount
    },
    async abort() {
      stream.destroy(new Error('the load was aborted'))
      await done.catch(() => undefined)
    },
  }
}

/**
 * Runs a load in one transaction on a dedicated connection that holds an advisory lock on the
 * import. If the process dies, transaction and lock end together. So whoever gets the lock knows
 * that nobody else is loading, and that nothing of an earlier attempt is stored.
 *
 * @param work must commit itself; uncommitted changes are rolled back
 * @returns the result of `work`; undefined if somebody else holds the lock
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
  const begin = async () => {
    await run('BEGIN')
    // Triggers then raise no event for each row (prisma/functions/events/).
    await run(`SET LOCAL passbook.file_load = 'on'`)
  }
  try {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1, $2) AS free', [
      LOAD_LOCK_CLASS,
      subject,
    ])
    if (!rows[0].free) return undefined
    // Parse dates the same way regardless of the server's settings.
    await run("SET DateStyle = 'ISO, YMD'")
    await run("SET TimeZone = 'UTC'")
    await begin()
    return await work({
      run,
      rows: async (query, values = []) => (await client.query(query, [...values])).rows,
      copyIn: (statement) => copySink(client, statement),
      commit: async () => void (await run('COMMIT')),
      async restart() {
        await run('ROLLBACK')
        await begin()
      },
    })
  } finally {
    // Also ends the transaction and releases the lock.
    await client.end().catch(() => undefined)
  }
}
