import type { Prisma } from '../../database/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { emailKey } from '../../lib/email.ts'
import { fold, searchTokens } from './blind-search.ts'

type UserRow = Prisma.UserGetPayload<object>

/**
 * The columns that reading a user needs. Leaves out the indexes, which are longer than all others.
 */
export const USER_COLUMNS = {
  id: true,
  username: true,
  role: true,
  name: true,
  email: true,
  emailVerified: true,
  age: true,
  pincode: true,
  disabledAt: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Prisma.UserSelect

type ShownColumns = Pick<UserRow, keyof typeof USER_COLUMNS>

/** A row that was read by {@link USER_COLUMNS}. The compiler refuses one that was read whole. */
export type ShownRow = ShownColumns & {
  readonly [Hidden in Exclude<keyof UserRow, keyof ShownColumns>]?: never
}

/** A user with its fields decrypted. */
export type UserRecord = Omit<ShownColumns, 'name' | 'email'> & {
  readonly name: string
  readonly email: string | undefined
}

const address = (column: string, userId: bigint) => ({ table: 'users', column, userId })

/** An e-mail address, and whether it is known to be the user's. */
export interface GivenEmail {
  readonly address: string
  /** Staff gave it, or its mailed link was followed. */
  readonly verified: boolean
}

/** The HMAC by which an e-mail address is looked up and, once verified, unique: that of its {@link emailKey}. */
export const emailIndex = (crypto: FieldCrypto, email: string) =>
  crypto.blindIndex('users.email', emailKey(email))

/** The HMAC by which a whole name is looked up, regardless of case and accents. */
export const nameIndex = (crypto: FieldCrypto, name: string) =>
  crypto.blindIndex('users.name', fold(name))

/** Encrypts name and e-mail address into the columns that store and index them. */
export function encryptUser(
  crypto: FieldCrypto,
  userId: bigint,
  name: string,
  email: GivenEmail | undefined,
) {
  return {
    name: crypto.encrypt(address('name', userId), name),
    email: email === undefined ? null : crypto.encrypt(address('email', userId), email.address),
    emailVerified: email?.verified ?? false,
    nameIndex: nameIndex(crypto, name),
    emailIndex: email === undefined ? null : emailIndex(crypto, email.address),
    searchIndex: searchTokens(crypto, name, email?.address),
  }
}

export const decryptName = (crypto: FieldCrypto, userId: bigint, name: Uint8Array): string =>
  crypto.decrypt(address('name', userId), name)

/** The inverse of {@link encryptUser}. */
export function decryptUser(crypto: FieldCrypto, row: ShownRow): UserRecord {
  const { id, username, role, name, email, emailVerified, age, pincode } = row
  const { disabledAt, createdAt, updatedAt } = row
  return {
    id,
    username,
    role,
    emailVerified,
    age,
    pincode,
    disabledAt,
    createdAt,
    updatedAt,
    name: decryptName(crypto, id, name),
    email: email === null ? undefined : crypto.decrypt(address('email', id), email),
  }
}
