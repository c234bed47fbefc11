import { createHash, randomBytes } from 'node:crypto'
import type { Database, DatabaseTransaction } from '../../database/client.ts'
import { AppError, bodyError } from '../../errors.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { decryptEmail, everyEmailIndex } from '../users/users.public.ts'

const TOKEN_BYTES = 32
const MINUTE_MS = 60_000

/** For how many minutes a token is good. */
export const TOKEN_MINUTES = { email_verification: 24 * 60, password_reset: 30 } as const

export type TokenPurpose = keyof typeof TOKEN_MINUTES

/** Whom a token is for. */
interface TokenFor {
  readonly userId: bigint
  readonly purpose: TokenPurpose
  /** HMAC of the address it is mailed to; null for one that is handed over otherwise. */
  readonly emailIndex: Uint8Array<ArrayBuffer> | null
}

const digest = (token: string) => new Uint8Array(createHash('sha256').update(token).digest())

const invalidToken = () =>
  new AppError(422, 'invalid_token', 'The token is not valid, or not any more', {
    errors: [bodyError('/token', 'invalid_token', 'is unknown, used or too old')],
  })

/** Makes a token in place of an older one. Only its hash is stored. */
export async function issueToken(
  database: Database | DatabaseTransaction,
  { userId, purpose, emailIndex }: TokenFor,
): Promise<{ readonly token: string; readonly expiresAt: Date }> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const createdAt = new Date()
  const expiresAt = new Date(createdAt.getTime() + TOKEN_MINUTES[purpose] * MINUTE_MS)
  const fresh = { tokenHash: digest(token), emailIndex, createdAt, expiresAt, usedAt: null }
  await database.oneTimeToken.upsert({
    where: { userId_purpose: { userId, purpose } },
    create: { userId, purpose, ...fresh },
    update: fresh,
  })
  return { token, expiresAt }
}

const isGood = (purpose: TokenPurpose, token: string) => ({
  tokenHash: digest(token),
  purpose,
  usedAt: null,
  expiresAt: { gt: new Date() },
})

/** The id of the user whom a token is for, which stays good. @throws AppError 422 */
export async function findUserOf(
  database: Database,
  purpose: TokenPurpose,
  token: string,
): Promise<bigint> {
  const where = isGood(purpose, token)
  const found = await database.oneTimeToken.findFirst({ where, select: { userId: true } })
  if (found === null) throw invalidToken()
  return found.userId
}

interface TokenUser {
  readonly id: bigint
  readonly email: Uint8Array | null
}

/** Whether an HMAC is that of the user's address, under any key in use: keys may have changed since. */
function isOfUser(crypto: FieldCrypto, { id, email }: TokenUser, index: Uint8Array): boolean {
  if (email === null) return false
  const indexes = everyEmailIndex(crypto, decryptEmail(crypto, id, email))
  return indexes.some((one) => Buffer.compare(one, index) === 0)
}

/**
 * Uses a token up, and keeps its user until the end of the transaction. Users are locked before
 * what is theirs, as their deletion does.
 *
 * @returns the user's id
 * @throws AppError 422 when it is unknown, expired, used, or of an address the user has no more
 */
export async function useToken(
  tx: DatabaseTransaction,
  crypto: FieldCrypto,
  purpose: TokenPurpose,
  token: string,
): Promise<bigint> {
  const where = isGood(purpose, token)
  const [user] = await tx.$queryRaw<TokenUser[]>`
    SELECT id, email FROM users
    WHERE id = (SELECT user_id FROM one_time_tokens WHERE token_hash = ${where.tokenHash})
    FOR NO KEY UPDATE`
  const [used] = await tx.oneTimeToken.updateManyAndReturn({ where, data: { usedAt: new Date() } })
  if (user === undefined || used === undefined) throw invalidToken()
  const { emailIndex } = used
  if (emailIndex !== null && !isOfUser(crypto, user, emailIndex)) throw invalidToken()
  return user.id
}

/** Deletes tokens that are good for nothing any more. */
export async function deleteExpiredOneTimeTokens(database: Database): Promise<void> {
  await database.oneTimeToken.deleteMany({ where: { expiresAt: { lt: new Date() } } })
}

/** Deletes a user's token for a purpose: its link is of no use any more. */
export async function deleteTokens(
  tx: DatabaseTransaction,
  userId: bigint,
  purpose: TokenPurpose,
): Promise<void> {
  await tx.oneTimeToken.deleteMany({ where: { userId, purpose } })
}
