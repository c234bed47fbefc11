import { describe } from 'vitest'
import { testListing } from '../setup/user-records/list.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { employments } from './kind.ts'

const records = useUserRecords(employments)

describe('listEmployments', () => {
  testListing(records, 'company')
})
