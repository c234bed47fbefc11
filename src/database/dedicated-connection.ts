import pg from 'pg'
import { boundedBy } from './work-limits.ts'

/** The limits of work over a connection of its own, in milliseconds; 0 is none. */
export interface DedicatedLimits {
  readonly statement: number
  /** Of each single wait for a lock. */
  readonly lock: number
  readonly connect: number
  /** Of each answer. None when not given: data that streams has no one time. */
  readonly answer?: number
}

/** A transaction that its program leaves alone for so long is ended by the server. */
const MAX_IDLE_IN_TRANSACTION_MS = 300_000
/** The server looks after so many seconds whether a silent client still exists: else its locks outlive it. */
const SERVER_KEEPALIVE = '-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10'

/** The settings of such connections, for libraries that open them themselves. */
export const dedicatedSettings = (
  databaseUrl: string,
  name: string,
  { statement, lock, connect, answer = 0 }: DedicatedLimits,
): pg.ClientConfig => ({
  ...boundedBy(
    { statement, answer, connect, idleInTransaction: MAX_IDLE_IN_TRANSACTION_MS },
    SERVER_KEEPALIVE,
  ),
  connectionString: databaseUrl,
  lock_timeout: lock,
  application_name: name,
})

/**
 * A connection of the caller's own that is not open yet: for those who give up waiting for it, and discard it
 * then. All others call {@link connectDedicated}.
 *
 * @param name what the server's list of sessions shows
 */
export function createDedicated(
  databaseUrl: string,
  name: string,
  limits: DedicatedLimits,
): pg.Client {
  const client = new pg.Client(dedicatedSettings(databaseUrl, name, limits))
  // Without a listener a restart of the server would end this process; the statement fails as well.
  client.on('error', () => undefined)
  return client
}

/** Ends a connection without waiting for its server. */
export const discard = (client: pg.Client): void => void client.connection.stream.destroy()

/**
 * Opens a connection of the caller's own.
 *
 * @param name what the server's list of sessions shows
 * @throws the driver's error when there is no connection within `connect`
 */
export async function connectDedicated(
  databaseUrl: string,
  name: string,
  limits: DedicatedLimits,
): Promise<pg.Client> {
  const client = createDedicated(databaseUrl, name, limits)
  try {
    await client.connect()
    return client
  } catch (error) {
    discard(client)
    throw error
  }
}
