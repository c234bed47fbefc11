import { describe, expect, it } from 'vitest'
import { testCreation } from '../setup/user-records/create.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { employments } from './kind.ts'

const records = useUserRecords(employments)
const { cast, create, all } = records
const valid = { company_name: 'Kaveri Textiles' }

describe('createEmployment', () => {
  testCreation(records, {
    sent: {
      company_name: 'Ångström & Söhne 李',
      job_title: 'Weaver',
      is_current: true,
      start_date: '2023-04-01',
      end_date: '2023-04-01',
    },
    shown: {},
    refusals: [
      ['/company_name', 'required', { company_name: undefined }],
      ['/company_name', 'minLength', { company_name: '' }],
      ['/company_name', 'pattern', { company_name: ' \t' }],
      ['/company_name', 'pattern', { company_name: 'A\u0000B' }],
      ['/company_name', 'maxLength', { company_name: 'n'.repeat(201) }],
      ['/company_name', 'type', { company_name: null }],
      ['/job_title', 'pattern', { job_title: ' ' }],
      ['/job_title', 'maxLength', { job_title: 'n'.repeat(201) }],
      ['/job_title', 'type', { job_title: 1 }],
      ['/start_date', 'format', { start_date: '2023-02-29' }],
      ['/start_date', 'format', { start_date: '2023-02-01T00:00:00Z' }],
      ['/start_date', 'date', { start_date: '0000-01-01' }],
      ['/end_date', 'format', { end_date: 'tomorrow' }],
      ['/end_date', 'date', { end_date: '0000-12-31' }],
      ['/end_date', 'period', { start_date: '2023-04-02', end_date: '2023-04-01' }],
      ['/is_current', 'type', { is_current: 'true' }],
      ['/id', 'unknown_field', { id: 1 }],
      ['/user_id', 'unknown_field', { user_id: 1 }],
      ['/company_key', 'unknown_field', { company_key: 'x' }],
    ],
  })

  it('keeps the name without regard to case for those who look for it', async () => {
    const names = ['Ｋaveri TEXTILES', 'kaveri textiles', 'KAVERI Textiles']
    const made = await Promise.all(
      names.map((company_name) => create(cast.user.id, { company_name })),
    )
    expect(made.map(({ body }) => body.company_name)).toEqual(names)
    const keys = await cast.service.database.query<{ company_key: string }>(
      'SELECT DISTINCT company_key FROM employments WHERE id = ANY($1)',
      [made.map(({ body }) => body.id)],
    )
    expect(keys).toEqual([{ company_key: 'kaveri textiles' }])
  })

  it.each([['0001-01-01'], ['0050-02-28'], ['2024-02-29'], ['9999-12-31']])(
    'keeps the day %s',
    async (start_date) => {
      const dates = { start_date, end_date: start_date }
      const { body } = await create(cast.user.id, { ...valid, ...dates })
      expect(body).toMatchObject(dates)
    },
  )

  it('ends nothing when it is refused', async () => {
    const { staff, service } = cast
    const { id } = await service.createCustomer(staff.token)
    const now = await create(id, { ...valid, is_current: true }, staff.token)
    const dates = { start_date: '2023-04-02', end_date: '2023-04-01' }
    const refused = await create(id, { ...valid, ...dates, is_current: true }, staff.token)
    expect(refused.status).toBe(422)
    expect(await all(id)).toEqual([now.body])
  })
})
