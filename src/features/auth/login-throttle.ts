import type { Database } from '../../database/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import {
  type AttemptLimit,
  backOff,
  countAttempt,
  deleteOldAttempts,
  perWindow,
  settleAttempt,
} from './login-attempts.ts'

/** For one user name from one address. */
const FROM_ONE_ADDRESS = { free: 5, longestSeconds: 300 }
/** Where the account was logged in from before: programs of one account may start at one moment. */
const FROM_KNOWN_ADDRESS = { free: 10, longestSeconds: 300 }
/** For one user name from all addresses that the account was never logged in from. */
const FROM_ALL_ADDRESSES = { most: 100, seconds: 900 }
const ADDRESS_DAYS = 90
const DAY_MS = 86_400_000

/** Somebody who tries to log in. */
interface Attempt {
  readonly username: string
  /** The account of this name, where there is one. */
  readonly userId: bigint | undefined
  /** The network the request comes from. */
  readonly network: string
}

export type LoginThrottle = ReturnType<typeof createLoginThrottle>

const oldestAddress = () => new Date(Date.now() - ADDRESS_DAYS * DAY_MS)

/**
 * Slows down the guessing of passwords without a way to lock somebody out: whoever guesses waits, the
 * account's own addresses wait for nobody else, and every wait ends. A user name that does not exist
 * is treated alike.
 */
export function createLoginThrottle(deps: {
  readonly database: Database
  readonly crypto: FieldCrypto
}) {
  const { database, crypto } = deps

  const addressIndex = (userId: bigint, network: string) =>
    crypto.blindIndex('login.address', `${userId}:${network}`)

  /** Asks the same of the database for one who does not exist. */
  async function isKnown({ userId = 0n, network }: Attempt): Promise<boolean> {
    const address = addressIndex(userId, network)
    const where = { userId, address, lastAt: { gt: oldestAddress() } }
    return (await database.loginAddress.count({ where })) > 0
  }

  async function limitsOf(attempt: Attempt): Promise<readonly AttemptLimit[]> {
    const name = attempt.username.toLowerCase()
    const here = crypto.blindIndex('login.name-and-address', `${name} ${attempt.network}`)
    if (await isKnown(attempt)) return [backOff(here, FROM_KNOWN_ADDRESS)]
    const anywhere = crypto.blindIndex('login.name', name)
    return [backOff(here, FROM_ONE_ADDRESS), perWindow(anywhere, FROM_ALL_ADDRESSES)]
  }

  return {
    /**
     * To be called before the password is checked.
     *
     * @returns what to call when it was right
     * @throws AppError 429 when it is not to be checked now
     */
    async admit(attempt: Attempt): Promise<() => Promise<void>> {
      const limits = await limitsOf(attempt)
      await countAttempt(database, limits)
      return () => settleAttempt(database, limits)
    },

    /** Remembers where an account is logged in from. */
    async remember(userId: bigint, network: string): Promise<void> {
      const address = addressIndex(userId, network)
      await database.$executeRaw`
        INSERT INTO login_addresses (user_id, address, last_at) VALUES (${userId}, ${address}, now())
        ON CONFLICT (user_id, address) DO UPDATE SET last_at = now()`
    },
  }
}

/** Deletes attempts and addresses that count no more. */
export async function cleanUpLogins(database: Database): Promise<void> {
  await deleteOldAttempts(database)
  await database.loginAddress.deleteMany({ where: { lastAt: { lt: oldestAddress() } } })
}
