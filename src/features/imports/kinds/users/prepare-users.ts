import { type CopyValue, copyLine } from '../../../../database/copy-line.ts'
import type { FieldCrypto, Slot } from '../../../../lib/crypto.ts'
import { hex } from '../../../../lib/hex.ts'
import { mapInSlices } from '../../../../lib/slices.ts'
import {
  bankAccountColumns,
  draftBankAccount,
} from '../../../bank-accounts/bank-accounts.public.ts'
import {
  type Beginnings,
  emailLookUp,
  encryptUser,
  rememberBeginnings,
} from '../../../users/users.public.ts'
import type { GivenUser } from './user-record.ts'

/** Half of the beginnings of words that are remembered. Names and addresses repeat many words. */
const REMEMBERED_BEGINNINGS = 20_000

/** A user with its rows for COPY. */
export interface PreparedUser {
  readonly id: bigint
  readonly emailKey: string
  readonly accountKey: string | undefined
  readonly user: string
  readonly employment: string | undefined
  readonly account: string | undefined
}

/** Users and the slot that their keys are looked up in. */
export interface PreparedUsers {
  readonly slot: Slot
  readonly users: readonly PreparedUser[]
}

export type PrepareUsers = (users: readonly NewUser[]) => Promise<PreparedUsers>

/** A user, and the id that they get. */
export type NewUser = readonly [id: bigint, given: GivenUser]

export const USER_ROW = `users (id, name, email, email_verified, name_index, name_index_2, email_index,
  email_index_2, search_index, search_index_2, age, pincode)`
export const EMPLOYMENT_ROW =
  'employments (user_id, company_name, company_key, job_title, is_current)'
export const ACCOUNT_ROW = `bank_accounts (user_id, bank_name, bank_key, account_number,
  account_number_index, account_number_index_2, ifsc_code, is_primary)`

const keyIn = (slot: Slot, first: Uint8Array | null, second: Uint8Array | null): string =>
  hex((slot === 1 ? first : second) as Uint8Array)

function prepareUser(
  crypto: FieldCrypto,
  slot: Slot,
  known: Beginnings,
  [id, { user, employment, account }]: NewUser,
): PreparedUser {
  const { name, email, age, pincode } = user
  const columns = encryptUser(crypto, id, name, { address: email, verified: true }, known)
  const stored = account && bankAccountColumns(crypto, draftBankAccount(id, account))
  const line = (values: readonly CopyValue[]) => copyLine([id, ...values])
  return {
    id,
    emailKey: keyIn(slot, columns.emailIndex, columns.emailIndex2),
    accountKey: stored && keyIn(slot, stored.accountNumberIndex, stored.accountNumberIndex2),
    user: line([
      columns.name,
      columns.email,
      String(columns.emailVerified),
      columns.nameIndex,
      columns.nameIndex2,
      columns.emailIndex,
      columns.emailIndex2,
      columns.searchIndex,
      columns.searchIndex2,
      age ?? null,
      pincode ?? null,
    ]),
    employment:
      employment &&
      line([employment.companyName, employment.companyKey, employment.jobTitle, 'true']),
    account:
      stored &&
      line([
        stored.bankName,
        stored.bankKey,
        stored.accountNumber,
        stored.accountNumberIndex,
        stored.accountNumberIndex2,
        stored.ifscCode,
        'true',
      ]),
  }
}

/**
 * Creates what encrypts users of a load. It yields to the event loop, so that the database gets its
 * data meanwhile. When the keys in use change then, it starts again.
 */
export function createPrepareUsers(crypto: FieldCrypto): PrepareUsers {
  let known = rememberBeginnings(REMEMBERED_BEGINNINGS)
  let knownVersion = crypto.indexVersion()
  const slotNow = () => emailLookUp(crypto, '').slot

  return async function prepare(users): Promise<PreparedUsers> {
    const [version, slot] = [crypto.indexVersion(), slotNow()]
    if (version !== knownVersion) {
      known = rememberBeginnings(REMEMBERED_BEGINNINGS)
      knownVersion = version
    }
    const prepared = await mapInSlices(users, (user) => prepareUser(crypto, slot, known, user))
    const isCurrent = version === crypto.indexVersion() && slot === slotNow()
    return isCurrent ? { slot, users: prepared } : await prepare(users)
  }
}
