import type { Database, DatabaseTransaction } from '../../database/client.ts'
import { conflict } from '../../errors.ts'
import type { Caller } from '../../http/auth.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { type GivenEmail, hasEmail, type UserRecord } from './fields.ts'

/** What a second user with a verified email address is refused with. */
export const emailTaken = () => conflict('email_taken', 'Another user has this email address')

const isSame = (one: string | undefined, other: string) =>
  one?.toLowerCase() === other.toLowerCase()

/**
 * A user's address after a caller gave one, or none. Staff vouches for an address. Users only claim
 * one until its mailed link was followed; giving the same one again changes nothing.
 */
export function emailGivenBy(
  caller: Caller,
  user: Pick<UserRecord, 'email' | 'emailVerified'>,
  email: string | undefined,
): GivenEmail | undefined {
  if (email === undefined) {
    return user.email === undefined
      ? undefined
      : { address: user.email, verified: user.emailVerified }
  }
  const verified = caller.role !== 'user' || (user.emailVerified && isSame(user.email, email))
  return { address: email, verified }
}

/**
 * Refuses to claim an address that is known to be somebody else's, since it could never be
 * confirmed. Of verified addresses an index sees to that, whoever writes them at the same moment.
 *
 * @param userId who claims it
 * @throws AppError 409
 */
export async function assertMayClaim(
  database: Database | DatabaseTransaction,
  crypto: FieldCrypto,
  email: GivenEmail | undefined,
  userId = 0n,
): Promise<void> {
  if (email === undefined || email.verified) return
  const owner = await database.user.findFirst({
    where: {
      ...hasEmail(crypto, email.address),
      emailVerified: true,
      id: { not: userId },
    },
    select: { id: true },
  })
  if (owner !== null) throw emailTaken()
}
