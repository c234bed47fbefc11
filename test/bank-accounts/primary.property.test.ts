import { describe } from 'vitest'
import { testOneChosen } from '../setup/user-records/one-chosen.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { bankAccounts } from './kind.ts'

const records = useUserRecords(bankAccounts)

describe('the primary bank account', () => {
  testOneChosen(records)
})
