import { describe } from 'vitest'
import { testDeletion } from '../setup/user-records/delete.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { bankAccounts } from './kind.ts'

const records = useUserRecords(bankAccounts)

describe('deleteBankAccount', () => {
  testDeletion(records)
})
