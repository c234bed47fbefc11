import pg from 'pg'
import { boundedBy } from './work-limits.ts'

/** The limits of work over a connection of its own, in milliseconds. */
export interface DedicatedLimits {
  readonly statement: number
  /** Of each single wait for a lock. */
  readonly lock: number
  readonly connect: number
}

/** A transaction that its program leaves alone for so long is ended by the server. */
const MAX_IDLE_IN_TRANSACTION_MS = 300_000
/** The server looks after so many seconds whether a silent client still exists: else its locks outlive it. */
const SERVER_KEEPALIVE = '-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10'

/**
 * Opens a connection of the caller's own. An answer that fails to come in time is for the caller to bound,
 * as data that streams has no one time.
 *
 * @param name what the server's list of sessions shows
 * @throws the driver's error when there is no connection within `connect`
 */
export async function connectDedicated(
  databaseUrl: string,
  name: string,
  { statement, lock, connect }: DedicatedLimits,
): Promise<pg.Client> {
  const client = new pg.Client({
    ...boundedBy({
      statement,
      answer: 0,
      connect,
      idleInTransaction: MAX_IDLE_IN_TRANSACTION_MS,
    }),
    connectionString: databaseUrl,
    lock_timeout: lock,
    options: SERVER_KEEPALIVE,
    application_name: name,
  })
  // Without a listener a restart of the server would end this process; the statement fails as well.
  client.on('error', () => undefined)
  await client.connect()
  return client
}
