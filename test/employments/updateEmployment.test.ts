import { describe, expect, it } from 'vitest'
import { useUserRecords } from '../setup/user-records/records.ts'
import { testUpdate } from '../setup/user-records/update.ts'
import { employments } from './kind.ts'

const records = useUserRecords(employments)
const { add, update, read } = records

describe('updateEmployment', () => {
  testUpdate(records, [
    ['', 'minProperties', {}],
    ['/company_name', 'type', { company_name: null }],
    ['/company_name', 'pattern', { company_name: ' ' }],
    ['/job_title', 'minLength', { job_title: '' }],
    ['/start_date', 'format', { start_date: '2023-13-01' }],
    ['/start_date', 'date', { start_date: '0000-01-01' }],
    ['/start_date', 'period', { start_date: '2024-04-01' }],
    ['/end_date', 'period', { end_date: '2023-03-31' }],
    ['/end_date', 'period', { start_date: '2025-01-02', end_date: '2025-01-01' }],
    ['/is_current', 'type', { is_current: null }],
    ['/user_id', 'unknown_field', { user_id: 1 }],
  ])

  it('loses no field when two change different ones at the same moment', async () => {
    const { id } = await add()
    const changes = [
      { job_title: 'At once' },
      { company_name: 'At Once Ltd' },
      { end_date: '2024-12-31' },
      { is_current: true },
    ]
    await Promise.all(changes.map((change) => update(id, change)))
    expect(await read(id)).toMatchObject(Object.assign({}, ...changes))
  })
})
