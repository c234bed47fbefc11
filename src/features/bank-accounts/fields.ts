import type { Prisma } from '../../database/client.ts'
import type { BankAccountCreate, BankAccountUpdate } from '../../generated/schemas.ts'
import { caseless } from '../../lib/caseless.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'

type BankAccountRow = Prisma.BankAccountGetPayload<object>

/** A bank account with its number decrypted. */
export type BankAccountRecord = Omit<BankAccountRow, 'accountNumber' | 'accountNumberIndex'> & {
  readonly accountNumber: string
}

/** The fields of a bank account that a request can set. */
export type BankAccountDraft = Omit<BankAccountRecord, 'id' | 'createdAt' | 'updatedAt'>

const address = (userId: bigint) => ({ table: 'bank_accounts', column: 'account_number', userId })

/** The HMAC that makes an account number unique across all users. */
export const accountNumberIndex = (crypto: FieldCrypto, accountNumber: string) =>
  crypto.blindIndex('bank_accounts.account_number', accountNumber)

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
  accountNumberIndex: accountNumberIndex(crypto, draft.accountNumber),
})

export function decryptBankAccount(crypto: FieldCrypto, row: BankAccountRow): BankAccountRecord {
  const { accountNumberIndex: _, ...rest } = row
  return { ...rest, accountNumber: crypto.decrypt(address(row.userId), row.accountNumber) }
}
