import { describe } from 'vitest'
import { testReading } from '../setup/user-records/read.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { bankAccounts } from './kind.ts'

const records = useUserRecords(bankAccounts)

describe('getBankAccount', () => {
  testReading(
    records,
    { account_number: 'DE12345678907890' },
    { account_number: '************7890' },
  )
})
