import type { BankAccount } from '../../src/generated/schemas.ts'
import { newAccountNumber } from '../setup/account-numbers.ts'
import type { RecordKind } from '../setup/user-records/records.ts'

/** Bank accounts, to the tests that hold of every kind of a user's records. */
export const bankAccounts: RecordKind<BankAccount> = {
  name: 'Bank account',
  path: 'bank-accounts',
  param: 'bid',
  operations: {
    create: 'createBankAccount',
    get: 'getBankAccount',
    list: 'listBankAccounts',
    update: 'updateBankAccount',
    remove: 'deleteBankAccount',
  },
  required: () => ({ bank_name: 'Deccan Bank', account_number: newAccountNumber() }),
  optional: { ifsc_code: 'DECC0001234', account_type: 'savings' },
  text: 'account_type',
  flag: 'is_primary',
  chosen: 'primary',
  title: 'bank_name',
  table: 'bank_accounts',
  key: 'bank_key',
}
