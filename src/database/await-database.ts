import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../errors.ts'
import { createDedicated, discard } from './dedicated-connection.ts'
import { codeOf, isDatabaseAway } from './errors.ts'

const LIMITS = { statement: 5_000, lock: 5_000, connect: 5_000, answer: 5_000 }
const PAUSE_MS = 500
const SAY_EVERY_MS = 5_000
/** PostgreSQL's codes for a refused login and a database that does not exist: waiting mends neither. */
const REFUSED = /^(28\w{3}|3D000)$/

/** How long to wait, and where to say so. */
export interface DatabaseWait {
  /** Without an end when not given. */
  readonly maxSeconds?: number | undefined
  /** Takes one line. */
  say(line: string): void
}

export const sayOnStandardError = (line: string): void => void process.stderr.write(`${line}\n`)

/** What a name or an address of a machine, or the path of a socket, is made of: DNS would be asked in vain. */
const HOST = /^[\w.:/-]+$/

/** How one attempt to connect ended. */
interface Attempt {
  readonly place: string
  /** Undefined when it worked. */
  readonly error?: unknown
  /** Whether waiting may help. */
  readonly mayCome: boolean
}

async function tryOnce(connectionString: string): Promise<Attempt> {
  const client = createDedicated(connectionString, 'passbook start', LIMITS)
  const place = `${client.host}:${client.port}`
  try {
    await client.connect()
    await client.query('SELECT 1')
    return { place, mayCome: false }
  } catch (error) {
    const mayCome = HOST.test(client.host) && isDatabaseAway(error) && !REFUSED.test(codeOf(error))
    return { place, error, mayCome }
  } finally {
    discard(client)
  }
}

/** Without a password: pg names users, hosts and databases, and never that. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error && error.message) || codeOf(error) || 'no answer'

/**
 * Waits for a database that is not up yet: one that takes no connections, is starting, or has no name in
 * DNS. Says so at once and then every 5 seconds.
 *
 * @throws StartupError when the time is over, or waiting would not help
 */
export async function awaitDatabase(
  databaseUrl: string,
  { maxSeconds = Number.POSITIVE_INFINITY, say }: DatabaseWait,
): Promise<void> {
  const until = performance.now() + maxSeconds * 1000
  let sayAt = 0
  for (;;) {
    const { place, error, mayCome } = await tryOnce(databaseUrl)
    if (error === undefined) return
    const now = performance.now()
    if (!mayCome || now >= until) {
      throw new StartupError(
        `The database cannot be reached (${reasonOf(error)}); check that it runs and that DATABASE_URL is right.`,
        { cause: error },
      )
    }
    if (now >= sayAt) {
      say(`Waiting for the database at ${place}: ${reasonOf(error)}.`)
      sayAt = now + SAY_EVERY_MS
    }
    await delay(Math.min(PAUSE_MS, until - now))
  }
}
