import { describe } from 'vitest'
import { testReading } from '../setup/user-records/read.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { employments } from './kind.ts'

const records = useUserRecords(employments)

describe('getEmployment', () => {
  testReading(records, {}, { company_name: 'Kaveri Textiles' })
})
