import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let other: Account
let staff: Account
let admin: Account

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  other = await service.createAccount()
  staff = await service.createAccount('staff')
  admin = await service.createAccount('admin')
})
afterAll(() => service.close())

const create = (id: number, body: unknown, token = user.token, request = {}) =>
  service.call('createEmployment', { params: { id }, body, token, ...request })
const valid = { company_name: 'Kaveri Textiles' }

describe('createEmployment', () => {
  it('answers with the employment and where it is', async () => {
    const fields = {
      ...{ company_name: 'Ångström & Söhne 李', job_title: 'Weaver', is_current: true },
      ...{ start_date: '2023-04-01', end_date: '2023-04-01' },
    }
    const { status, headers, body } = await create(user.id, fields)
    expect(status).toBe(201)
    expect(headers['location']).toBe(`/v1/users/${user.id}/employments/${body.id}`)
    expect(body).toEqual({
      ...{ ...fields, id: expect.any(Number), user_id: user.id },
      ...{ created_at: expect.any(String), updated_at: body.created_at },
    })
    const params = { id: user.id, eid: body.id }
    const read = await service.call('getEmployment', { params, token: user.token })
    expect(read.body).toEqual(body)
    expect(read.headers['etag']).toBe(headers['etag'])
  })

  it('is not current unless it is said to be, and leaves out what has no value', async () => {
    const { body } = await create(user.id, valid)
    expect(body.is_current).toBe(false)
    for (const field of ['job_title', 'start_date', 'end_date'])
      expect(body).not.toHaveProperty(field)
  })

  it('ends the former’s being current, of this user alone', async () => {
    const one = await service.createCustomer(staff.token)
    const two = await service.createCustomer(staff.token)
    const current = { ...valid, is_current: true }
    const theirs = await create(two.id, current, staff.token)
    const former = await create(one.id, current, staff.token)
    const now = await create(one.id, current, staff.token)
    await create(one.id, valid, staff.token)
    const list = async (id: number) =>
      (await service.call('listEmployments', { params: { id }, token: staff.token })).body
    expect(await list(one.id)).toMatchObject([
      ...[
        { id: former.body.id, is_current: false },
        { id: now.body.id, is_current: true },
      ],
      { is_current: false },
    ])
    expect(await list(two.id)).toEqual([theirs.body])
  })

  it('keeps the name without regard to case for those who look for it', async () => {
    const names = ['Ｋaveri TEXTILES', 'kaveri textiles', 'KAVERI Textiles']
    const made = await Promise.all(names.map((company_name) => create(user.id, { company_name })))
    expect(made.map(({ body }) => body.company_name)).toEqual(names)
    const keys = await service.database.query<{ company_key: string }>(
      'SELECT DISTINCT company_key FROM employments WHERE id = ANY($1)',
      [made.map(({ body }) => body.id)],
    )
    expect(keys).toEqual([{ company_key: 'kaveri textiles' }])
  })

  it.each([
    ['the longest', '\u{1f600}'.repeat(200)],
    ['one that takes most room without regard to case', '\ufdfa'.repeat(200)],
    ['one of many different signs', '\u3300\u3305\u3315\u3316\u331e\u332b\u3333\u3347'.repeat(25)],
  ])('takes %s as the current company', async (_, company_name) => {
    const { status, body } = await create(user.id, { company_name, is_current: true })
    expect([status, body.company_name]).toEqual([201, company_name])
  })

  it.each([['0001-01-01'], ['0050-02-28'], ['2024-02-29'], ['9999-12-31']])(
    'keeps the day %s',
    async (start_date) => {
      const { body } = await create(user.id, { ...valid, start_date, end_date: start_date })
      expect(body).toMatchObject({ start_date, end_date: start_date })
    },
  )

  it('is done once, however often it is sent under one key', async () => {
    const customer = await service.createCustomer(staff.token)
    const send = () =>
      create(customer.id, { ...valid, is_current: true }, staff.token, {
        headers: { 'idempotency-key': 'the job' },
      })
    const first = await send()
    const again = await send()
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect([again.status, again.body]).toEqual([201, first.body])
    const request = { params: { id: customer.id }, token: staff.token }
    expect((await service.call('listEmployments', request)).body).toEqual([first.body])
  })

  it.each([
    ['/company_name', 'required', { company_name: undefined }],
    ['/company_name', 'minLength', { company_name: '' }],
    ['/company_name', 'pattern', { company_name: ' \t' }],
    ['/company_name', 'pattern', { company_name: 'A\u0000B' }],
    ['/company_name', 'maxLength', { company_name: 'n'.repeat(201) }],
    ['/company_name', 'type', { company_name: null }],
    ['/job_title', 'pattern', { job_title: ' ' }],
    ['/job_title', 'maxLength', { job_title: 'n'.repeat(201) }],
    ['/job_title', 'type', { job_title: null }],
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
  ])('refuses %s by its rule %s', async (path, code, fields) => {
    const { status, body } = await create(user.id, { ...valid, ...fields })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ path, code, message: expect.any(String) })
  })

  it('ends nothing when it is refused', async () => {
    const customer = await service.createCustomer(staff.token)
    const now = await create(customer.id, { ...valid, is_current: true }, staff.token)
    const dates = { start_date: '2023-04-02', end_date: '2023-04-01' }
    const refused = await create(customer.id, { ...valid, ...dates, is_current: true }, staff.token)
    expect(refused.status).toBe(422)
    const request = { params: { id: customer.id }, token: staff.token }
    expect((await service.call('listEmployments', request)).body).toEqual([now.body])
  })

  it('hides somebody else from users', async () => {
    const { status, body } = await create(other.id, valid)
    expect(status).toBe(404)
    expect(body.detail).toBe(`User with ID ${other.id} not found`)
  })

  it('answers 404 where there is no user', async () => {
    expect((await create(999_999, valid, staff.token)).status).toBe(404)
  })

  it('lets staff add to customers and themselves, but to their colleagues not', async () => {
    expect((await create(other.id, valid, staff.token)).status).toBe(201)
    expect((await create(staff.id, valid, staff.token)).status).toBe(201)
    const { status, body } = await create(admin.id, valid, staff.token)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect((await create(staff.id, valid, admin.token)).status).toBe(201)
  })

  it('wants a token', async () => {
    const params = { id: user.id }
    expect((await service.call('createEmployment', { params, body: valid })).status).toBe(401)
  })
})
