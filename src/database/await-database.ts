import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../errors.ts'
import { createDedicated, discard } from './dedicated-connection.ts'
import { codeOf, isDatabaseAway } from './errors.ts'

const LIMITS = { statement: 5_000, lock: 5_000, connect: 5_000, answer: 5_000 }
const PAUSE_MS = 500
const REPORT_INTERVAL_MS = 5_000
/** PostgreSQL's codes for a refused login and an unknown database: waiting helps with neither. */
const PERMANENT = /^(28\w{3}|3D000)$/

/** How long to wait, and where to report it. */
export interface DatabaseWait {
  /** Waits forever if not given. */
  readonly maxSeconds?: number | undefined
  /** Prints one line. */
  say(line: string): void
}

export const sayOnStandardError = (line: string): void => void process.stderr.write(`${line}\n`)

/**
 * The characters of a host name, an address or a socket path. DNS could not resolve anything else.
 */
const HOST = /^[\w.:/-]+$/

/** The result of one try to connect. */
interface ConnectResult {
  readonly place: string
  /** Undefined on success. */
  readonly error?: unknown
  /** Whether waiting may help. */
  readonly mayCome: boolean
}

async function tryOnce(connectionString: string): Promise<ConnectResult> {
  const client = createDedicated(connectionString, 'passbook start', LIMITS)
  const place = `${client.host}:${client.port}`
  try {
    await client.connect()
    await client.query('SELECT 1')
    return { place, mayCome: false }
  } catch (error) {
    const mayCome =
      HOST.test(client.host) && isDatabaseAway(error) && !PERMANENT.test(codeOf(error))
    return { place, error, mayCome }
  } finally {
    discard(client)
  }
}

/** The driver's message names users, hosts and databases, but never the password. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error && error.message) || codeOf(error) || 'no answer'

/**
 * Waits for a database that is not up yet: it refuses connections, is starting, or is not in DNS
 * yet. Reports this at once and then every 5 seconds.
 *
 * @throws StartupError when the time is over, or at once if waiting cannot help
 */
export async function awaitDatabase(
  databaseUrl: string,
  { maxSeconds = Number.POSITIVE_INFINITY, say }: DatabaseWait,
): Promise<void> {
  const deadline = performance.now() + maxSeconds * 1000
  let nextReport = 0
  for (;;) {
    const { place, error, mayCome } = await tryOnce(databaseUrl)
    if (error === undefined) return
    const now = performance.now()
    if (!mayCome || now >= deadline) {
      throw new StartupError(
        `The database cannot be reached (${reasonOf(error)}); check that it runs and that DATABASE_URL is right.`,
        { cause: error },
      )
    }
    if (now >= nextReport) {
      say(`Waiting for the database at ${place}: ${reasonOf(error)}.`)
      nextReport = now + REPORT_INTERVAL_MS
    }
    await delay(Math.min(PAUSE_MS, deadline - now))
  }
}
