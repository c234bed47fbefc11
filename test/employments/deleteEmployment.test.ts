import { describe } from 'vitest'
import { testDeletion } from '../setup/user-records/delete.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { employments } from './kind.ts'

const records = useUserRecords(employments)

describe('deleteEmployment', () => {
  testDeletion(records)
})
