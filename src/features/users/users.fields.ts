import type { FieldCrypto } from '../../platform/crypto.ts'
import type { Prisma } from '../../platform/prisma.ts'
import { fold, searchTokens } from './blind-search.ts'

type UserRow = Prisma.UserGetPayload<object>

/** A user with readable fields. */
export type UserRecord = Omit<UserRow, 'name' | 'email' | 'passwordHash'> & {
  readonly name: string
  readonly email: string | undefined
}

const address = (column: string, userId: bigint) => ({ table: 'users', column, userId })

/** HMAC under which an email address is unique and found, without regard to case. */
export const emailIndex = (crypto: FieldCrypto, email: string) =>
  crypto.blindIndex('users.email', email.toLowerCase())

/** HMAC under which a whole name is found, without regard to case and accents. */
export const nameIndex = (crypto: FieldCrypto, name: string) =>
  crypto.blindIndex('users.name', fold(name))

/** The columns that name and address become. */
export function encryptUser(
  crypto: FieldCrypto,
  userId: bigint,
  name: string,
  email: string | undefined,
) {
  return {
    name: crypto.encrypt(address('name', userId), name),
    email: email === undefined ? null : crypto.encrypt(address('email', userId), email),
    nameIndex: nameIndex(crypto, name),
    emailIndex: email === undefined ? null : emailIndex(crypto, email),
    searchIndex: searchTokens(crypto, name, email),
  }
}

/** The inverse of {@link encryptUser}. */
export function decryptUser(crypto: FieldCrypto, row: UserRow): UserRecord {
  const { passwordHash: _, ...rest } = row
  return {
    ...rest,
    name: crypto.decrypt(address('name', row.id), row.name),
    email: row.email === null ? undefined : crypto.decrypt(address('email', row.id), row.email),
  }
}
