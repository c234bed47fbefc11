import type { Prisma } from '../../database/client.ts'
import type { BankAccountCreate, BankAccountUpdate } from '../../generated/schemas.ts'
import { caseless } from '../../lib/caseless.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'

type BankAccountRow = Prisma.BankAccountGetPayload<object>

/** A bank account with its number decrypted. */
export type BankAccountRecord = Omit<
  BankAccountRow,
  'accountNumber' | 'accountNumberIndex' | 'accountNumberIndex2'
> & {
  readonly accountNumber: string
}

/** The fields of a bank account that a request can set. */
export type BankAccountDraft = Omit<BankAccountRecord, 'id' | 'createdAt' | 'updatedAt'>

const address = (userId: bigint) => ({ table: 'bank_accounts', column: 'account_number', userId })

const PURPOSE = 'bank_accounts.account_number'

/** The HMACs that make an account number unique across all users, under the keys in use. */
export function accountNumberIndexes(crypto: FieldCrypto, accountNumber: string) {
  const [first, second] = crypto.blindIndexes(PURPOSE, accountNumber)
  return { accountNumberIndex: first ?? null, accountNumberIndex2: second ?? null }
}

/** Whether a stored account has a number. */
export function hasNumber(crypto: FieldCrypto, accountNumber: string) {
  const { slot, index } = crypto.lookUp(PURPOSE, accountNumber)
  return slot === 1 ? { accountNumberIndex: index } : { accountNumberIndex2: index }
}

/** Decrypts the stored account number of a user. */
export const decryptNumber = (crypto: FieldCrypto, userId: bigint, value: Uint8Array): string =>
  crypto.decrypt(address(userId), value)

/** Applies changes to a bank account. Account numbers are stored in upper case. */
export function changeBankAccount(
  stored: BankAccountDraft,
  changes: BankAccountUpdate,
): BankAccountDraft {
  const { bank_name: bankName = stored.bankName, account_number, ifsc_code, account_type } = changes
  return {
    userId: stored.userId,
    bankName,
    bankKey: caseless(bankName),
    accountNumber: account_number?.toUpperCase() ?? stored.accountNumber,
    ifscCode: ifsc_code === undefined ? stored.ifscCode : ifsc_code,
    accountType: account_type === undefined ? stored.accountType : account_type,
    isPrimary: changes.is_primary ?? stored.isPrimary,
  }
}

/** Makes a draft from a request to create a bank account. */
export const draftBankAccount = (userId: bigint, input: BankAccountCreate): BankAccountDraft =>
  changeBankAccount(
    {
      userId,
      bankName: input.bank_name,
      bankKey: '',
      accountNumber: input.account_number,
      ifscCode: null,
      accountType: null,
      isPrimary: false,
    },
    input,
  )

/** Encrypts a draft into the columns that store it. */
export const toColumns = (crypto: FieldCrypto, draft: BankAccountDraft) => ({
  ...draft,
  accountNumber: crypto.encrypt(address(draft.userId), draft.accountNumber),
  ...accountNumberIndexes(crypto, draft.accountNumber),
})

export function decryptBankAccount(crypto: FieldCrypto, row: BankAccountRow): BankAccountRecord {
  const { accountNumberIndex: _, accountNumberIndex2: __, ...rest } = row
  return { ...rest, accountNumber: decryptNumber(crypto, row.userId, row.accountNumber) }
}
