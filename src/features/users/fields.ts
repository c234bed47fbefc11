import type { Prisma } from '../../database/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { emailKey } from '../../lib/email.ts'
import { type Beginnings, fold, searchTokens } from './blind-search.ts'

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

const EMAIL = 'users.email'

/** The HMAC by which an e-mail address is looked up and, once verified, unique: that of its {@link emailKey}. */
export const emailLookUp = (crypto: FieldCrypto, email: string) =>
  crypto.lookUp(EMAIL, emailKey(email))

/** The condition that a stored user has an e-mail address. */
export function hasEmail(crypto: FieldCrypto, email: string) {
  const { slot, index } = emailLookUp(crypto, email)
  return slot === 1 ? { emailIndex: index } : { emailIndex2: index }
}

/** The HMACs of an e-mail address under every key in use, for rows that live for a day at most. */
export const everyEmailIndex = (crypto: FieldCrypto, email: string) =>
  crypto.everyIndex(EMAIL, emailKey(email))

/** The HMAC by which a whole name is looked up, regardless of case and accents. */
export const nameLookUp = (crypto: FieldCrypto, name: string) =>
  crypto.lookUp('users.name', fold(name))

/** The columns by which a user is found, under the keys in use. */
export function userIndexes(
  crypto: FieldCrypto,
  name: string,
  email: string | undefined,
  known?: Beginnings,
) {
  const [nameIndex, nameIndex2] = crypto.blindIndexes('users.name', fold(name))
  const [emailIndex, emailIndex2] =
    email === undefined ? [] : crypto.blindIndexes(EMAIL, emailKey(email))
  const [searchIndex, searchIndex2] = searchTokens(crypto, name, email, known)
  return {
    nameIndex: nameIndex ?? null,
    nameIndex2: nameIndex2 ?? null,
    emailIndex: emailIndex ?? null,
    emailIndex2: emailIndex2 ?? null,
    searchIndex,
    searchIndex2,
  }
}

/**
 * Encrypts name and e-mail address into the columns that store and index them.
 *
 * @param known beginnings of words, for those who store many users
 */
export function encryptUser(
  crypto: FieldCrypto,
  userId: bigint,
  name: string,
  email: GivenEmail | undefined,
  known?: Beginnings,
) {
  return {
    name: crypto.encrypt(address('name', userId), name),
    email: email === undefined ? null : crypto.encrypt(address('email', userId), email.address),
    emailVerified: email?.verified ?? false,
    ...userIndexes(crypto, name, email?.address, known),
  }
}

/** Decrypts the stored e-mail address of a user. */
export const decryptEmail = (crypto: FieldCrypto, userId: bigint, email: Uint8Array): string =>
  crypto.decrypt(address('email', userId), email)

/** Decrypts the stored name of a user. */
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
    email: email === null ? undefined : decryptEmail(crypto, id, email),
  }
}
