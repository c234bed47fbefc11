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

/** Limits one user name from one address. */
const FROM_ONE_ADDRESS = { free: 5, longestSeconds: 300 }
/**
 * Limits an address the account logged in from before. More are free, as its programs may start
 * together.
 */
const FROM_KNOWN_ADDRESS = { free: 10, longestSeconds: 300 }
/** Limits one user name from all addresses together that its account never logged in from. */
const FROM_ALL_ADDRESSES = { maxFailures: 100, seconds: 900 }
const ADDRESS_DAYS = 90
const DAY_MS = 86_400_000

/** A login attempt. */
interface LoginAttempt {
  readonly username: string
  /** The account of this name, if it exists. */
  readonly userId: bigint | undefined
  /** The network the request comes from. */
  readonly network: string
}

export type LoginThrottle = ReturnType<typeof createLoginThrottle>

const oldestAddress = () => new Date(Date.now() - ADDRESS_DAYS * DAY_MS)

/**
 * Slows down password guessing, and cannot be used to lock somebody out. An address waits for its
 * own failures only, once the account has logged in from it, and every wait ends. Unknown user
 * names are treated the same way.
 */
export function createLoginThrottle(deps: {
  readonly database: Database
  readonly crypto: FieldCrypto
}) {
  const { database, crypto } = deps

  const addressIndex = (userId: bigint, network: string) =>
    crypto.blindIndex('login.address', `${userId}:${network}`)

  /** Runs the same query for an unknown user, so that timing does not tell them apart. */
  async function isKnown({ userId = 0n, network }: LoginAttempt): Promise<boolean> {
    const address = addressIndex(userId, network)
    const where = { userId, address, lastAt: { gt: oldestAddress() } }
    return (await database.loginAddress.count({ where })) > 0
  }

  async function limitsOf(attempt: LoginAttempt): Promise<readonly AttemptLimit[]> {
    const name = attempt.username.toLowerCase()
    const nameAndAddress = crypto.blindIndex('login.name-and-address', `${name} ${attempt.network}`)
    if (await isKnown(attempt)) return [backOff(nameAndAddress, FROM_KNOWN_ADDRESS)]
    const nameAlone = crypto.blindIndex('login.name', name)
    return [backOff(nameAndAddress, FROM_ONE_ADDRESS), perWindow(nameAlone, FROM_ALL_ADDRESSES)]
  }

  return {
    /**
     * Counts a login attempt. Call it before the password is checked.
     *
     * @returns a function to call when the password was right
     * @throws AppError 429 when the password must not be checked now
     */
    async admit(attempt: LoginAttempt): Promise<() => Promise<void>> {
      const limits = await limitsOf(attempt)
      await countAttempt(database, limits)
      return () => settleAttempt(database, limits)
    },

    /** Remembers an address from which an account logged in. */
    async remember(userId: bigint, network: string): Promise<void> {
      const address = addressIndex(userId, network)
      await database.$executeRaw`
        INSERT INTO login_addresses (user_id, address, last_at) VALUES (${userId}, ${address}, now())
        ON CONFLICT (user_id, address) DO UPDATE SET last_at = now()`
    },
  }
}

/** Deletes login attempts and addresses that are too old to count. */
export async function cleanUpLogins(database: Database): Promise<void> {
  await deleteOldAttempts(database)
  await database.loginAddress.deleteMany({ where: { lastAt: { lt: oldestAddress() } } })
}
