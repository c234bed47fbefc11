import { describe } from 'vitest'
import { testListing } from '../setup/user-records/list.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { bankAccounts } from './kind.ts'

const records = useUserRecords(bankAccounts)

describe('listBankAccounts', () => {
  testListing(records, 'bank')
})
