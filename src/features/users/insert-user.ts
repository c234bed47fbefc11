import { type Database, violatedUnique } from '../../database/client.ts'
import { nameRequest } from '../../database/name-request.ts'
import { conflict } from '../../errors.ts'
import type { Role } from '../../generated/schemas.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { requestMails } from '../mail/mail.public.ts'
import { assertMayClaim, emailTaken } from './email-claims.ts'
import {
  decryptUser,
  encryptUser,
  type GivenEmail,
  USER_COLUMNS,
  type UserRecord,
} from './fields.ts'

export interface NewUser {
  readonly name: string
  readonly email?: GivenEmail | undefined
  readonly age?: number | null | undefined
  readonly pincode?: string | null | undefined
  readonly username?: string | undefined
  readonly passwordHash?: string | undefined
  readonly role?: Role
}

/** A write that ran into a unique constraint, as the conflict the caller is told of. */
export function toConflict(error: unknown): unknown {
  const constraint = violatedUnique(error)
  if (constraint?.includes('email')) return emailTaken()
  if (constraint?.includes('username')) {
    return conflict('username_taken', 'Another user has this user name')
  }
  return error
}

/** Stores a user, and asks for the welcome mail. @throws AppError 409 */
export async function insertUser(
  { database, crypto }: { readonly database: Database; readonly crypto: FieldCrypto },
  { name, email, ...rest }: NewUser,
  requestId: string | undefined,
): Promise<UserRecord> {
  await assertMayClaim(database, crypto, email)
  const [next] = await database.$queryRaw<[{ id: bigint }]>`
    SELECT nextval(pg_get_serial_sequence('users', 'id')) AS id`
  const { username, age, pincode, passwordHash, role } = rest
  const data = {
    id: next.id,
    ...encryptUser(crypto, next.id, name, email),
    username: username ?? null,
    usernameKey: username?.toLowerCase() ?? null,
    passwordHash: passwordHash ?? null,
    age: age ?? null,
    pincode: pincode ?? null,
    role: role ?? 'user',
  }
  const row = await database
    .$transaction(async (tx) => {
      await nameRequest(tx, requestId)
      const created = await tx.user.create({ data, select: USER_COLUMNS })
      if (email !== undefined) await requestMails(tx, 'welcome', [next.id], requestId)
      return created
    })
    .catch((error: unknown) => {
      throw toConflict(error)
    })
  return decryptUser(crypto, row)
}
