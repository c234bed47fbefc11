import { BinaryRows } from '../../../../database/copy-binary.ts'
import type { FieldCrypto, Slot } from '../../../../lib/crypto.ts'
import { hex } from '../../../../lib/hex.ts'
import { MAX_SLICE_MS, nextTurn } from '../../../../lib/slices.ts'
import {
  bankAccountColumns,
  draftBankAccount,
} from '../../../bank-accounts/bank-accounts.public.ts'
import {
  type Beginnings,
  emailLookUp,
  encryptUser,
  rememberBeginnings,
} from '../../../users/encryption.public.ts'
import type { GivenUser } from './user-record.ts'

/** Half of the beginnings of words that are remembered. Names and addresses repeat many words. */
const REMEMBERED_BEGINNINGS = 20_000

/** Users, and the ids that they get. */
export interface NewUsers {
  readonly ids: BigInt64Array<ArrayBuffer>
  readonly users: readonly GivenUser[]
}

/** Rows of some users for a binary COPY. */
export interface UserRows {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where each user's row ends. The row of a user without one is empty. */
  readonly ends: Uint32Array<ArrayBuffer>
}

/** Users as their tables store them. */
export interface EncodedUsers {
  readonly ids: BigInt64Array<ArrayBuffer>
  /** The slot that the keys are looked up in. */
  readonly slot: Slot
  /** The HMACs of the addresses and account numbers, as hexadecimal digits. */
  readonly emailKeys: readonly string[]
  readonly accountKeys: readonly (string | undefined)[]
  readonly user: UserRows
  readonly employment: UserRows
  readonly account: UserRows
}

/** The columns of the rows, by part. */
export const USER_COLUMNS = {
  user: `users (id, name, email, email_verified, name_index, name_index_2, email_index,
    email_index_2, search_index, search_index_2, age, pincode)`,
  employment: 'employments (user_id, company_name, company_key, job_title, is_current)',
  account: `bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index,
    account_number_index_2, ifsc_code, is_primary)`,
} as const

/** Encrypts users, and yields to the event loop now and then. */
export type EncodeUsers = (users: NewUsers) => Promise<EncodedUsers>

const keyIn = (slot: Slot, first: Uint8Array | null, second: Uint8Array | null): string =>
  hex((slot === 1 ? first : second) as Uint8Array)

/** Rows of one table. */
class PartRows {
  readonly rows = new BinaryRows()
  readonly #ends: Uint32Array<ArrayBuffer>

  constructor(users: number) {
    this.#ends = new Uint32Array(users)
  }

  /** Notes that a user's row is complete. */
  endUser(index: number): void {
    this.#ends[index] = this.rows.length
  }

  take(): UserRows {
    return { bytes: this.rows.take(), ends: this.#ends }
  }
}

function addUser(
  rows: BinaryRows,
  crypto: FieldCrypto,
  known: Beginnings,
  id: bigint,
  { name, email, age, pincode }: GivenUser['user'],
) {
  const columns = encryptUser(crypto, id, name, { address: email, verified: true }, known)
  rows.begin(12)
  rows.bigint(id)
  rows.bytes(columns.name)
  rows.bytes(columns.email)
  rows.boolean(columns.emailVerified)
  rows.bytes(columns.nameIndex)
  rows.bytes(columns.nameIndex2)
  rows.bytes(columns.emailIndex)
  rows.bytes(columns.emailIndex2)
  rows.bigints(columns.searchIndex)
  rows.bigints(columns.searchIndex2)
  rows.smallint(age ?? null)
  rows.text(pincode ?? null)
  return columns
}

function addEmployment(rows: BinaryRows, id: bigint, one: NonNullable<GivenUser['employment']>) {
  rows.begin(5)
  rows.bigint(id)
  rows.text(one.companyName)
  rows.text(one.companyKey)
  rows.text(one.jobTitle)
  rows.boolean(true)
}

function addAccount(
  rows: BinaryRows,
  crypto: FieldCrypto,
  id: bigint,
  account: NonNullable<GivenUser['account']>,
) {
  const columns = bankAccountColumns(crypto, draftBankAccount(id, account))
  rows.begin(8)
  rows.bigint(id)
  rows.text(columns.bankName)
  rows.text(columns.bankKey)
  rows.bytes(columns.accountNumber)
  rows.bytes(columns.accountNumberIndex)
  rows.bytes(columns.accountNumberIndex2)
  rows.text(columns.ifscCode)
  rows.boolean(true)
  return columns
}

/** Creates what encrypts the users of a load. It remembers beginnings of words. */
export function createEncodeUsers(crypto: FieldCrypto): EncodeUsers {
  let known = rememberBeginnings(REMEMBERED_BEGINNINGS)
  let knownVersion = crypto.indexVersion()

  return async function encode({ ids, users }): Promise<EncodedUsers> {
    const version = crypto.indexVersion()
    if (version !== knownVersion) {
      known = rememberBeginnings(REMEMBERED_BEGINNINGS)
      knownVersion = version
    }
    const { slot } = emailLookUp(crypto, '')
    const [user, employment, account] = [1, 2, 3].map(() => new PartRows(users.length)) as [
      PartRows,
      PartRows,
      PartRows,
    ]
    const emailKeys: string[] = []
    const accountKeys: (string | undefined)[] = []
    let began = performance.now()
    for (const [index, given] of users.entries()) {
      const id = ids[index] as bigint
      const columns = addUser(user.rows, crypto, known, id, given.user)
      emailKeys.push(keyIn(slot, columns.emailIndex, columns.emailIndex2))
      if (given.employment) addEmployment(employment.rows, id, given.employment)
      const stored = given.account && addAccount(account.rows, crypto, id, given.account)
      accountKeys.push(stored && keyIn(slot, stored.accountNumberIndex, stored.accountNumberIndex2))
      for (const part of [user, employment, account]) part.endUser(index)
      if (performance.now() - began < MAX_SLICE_MS) continue
      await nextTurn()
      began = performance.now()
    }
    return {
      ids,
      slot,
      emailKeys,
      accountKeys,
      user: user.take(),
      employment: employment.take(),
      account: account.take(),
    }
  }
}
