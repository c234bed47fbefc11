import type { BankAccount } from '../../generated/schemas.ts'
import type { BankAccountRecord } from './fields.ts'
import { maskAccountNumber } from './mask.ts'

/** A bank account as the API shows it. */
export const bankAccountView = (account: BankAccountRecord): BankAccount => ({
  id: Number(account.id),
  user_id: Number(account.userId),
  bank_name: account.bankName,
  account_number: maskAccountNumber(account.accountNumber),
  ...(account.ifscCode !== null && { ifsc_code: account.ifscCode }),
  ...(account.accountType !== null && { account_type: account.accountType }),
  is_primary: account.isPrimary,
  created_at: account.createdAt.toISOString(),
  updated_at: account.updatedAt.toISOString(),
})
