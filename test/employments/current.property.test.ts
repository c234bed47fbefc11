import { describe } from 'vitest'
import { testOneChosen } from '../setup/user-records/one-chosen.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { employments } from './kind.ts'

const records = useUserRecords(employments)

describe('the current employment', () => {
  testOneChosen(records)
})
