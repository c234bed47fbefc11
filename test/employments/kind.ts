import type { Employment } from '../../src/generated/schemas.ts'
import type { RecordKind } from '../setup/user-records/records.ts'

/** Employments, to the tests that hold of every kind of a user's records. */
export const employments: RecordKind<Employment> = {
  name: 'Employment',
  path: 'employments',
  param: 'eid',
  operations: {
    create: 'createEmployment',
    get: 'getEmployment',
    list: 'listEmployments',
    update: 'updateEmployment',
    remove: 'deleteEmployment',
  },
  required: () => ({ company_name: 'Kaveri Textiles' }),
  optional: { job_title: 'Weaver', start_date: '2023-04-01', end_date: '2024-03-31' },
  text: 'job_title',
  flag: 'is_current',
  chosen: 'current',
  title: 'company_name',
  table: 'employments',
  key: 'company_key',
}
