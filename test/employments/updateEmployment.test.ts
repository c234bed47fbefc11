import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Employment } from '../../src/generated/schemas.ts'
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

const full = {
  ...{ company_name: 'Kaveri Textiles', job_title: 'Weaver', is_current: false },
  ...{ start_date: '2023-04-01', end_date: '2024-03-31' },
}
async function add(fields = {}, id = user.id): Promise<Employment> {
  const body = { ...full, ...fields }
  const { token } = admin
  return (await service.call('createEmployment', { params: { id }, token, body })).body
}
const update = (eid: number, body: unknown, token = user.token, headers = {}, id = user.id) =>
  service.call('updateEmployment', { params: { id, eid }, body, token, headers })
const read = async (eid: number, id = user.id) =>
  (await service.call('getEmployment', { params: { id, eid }, token: admin.token })).body

describe('updateEmployment', () => {
  it('changes the given fields and leaves the others', async () => {
    const before = await add()
    const { status, headers, body } = await update(before.id, { job_title: 'Master weaver' })
    expect(status).toBe(200)
    expect(headers['etag']).toEqual(expect.any(String))
    expect(body).toEqual({ ...before, job_title: 'Master weaver', updated_at: body.updated_at })
    expect(await read(before.id)).toEqual(body)
  })

  it('changes the name with what it is found by', async () => {
    const { id } = await add()
    expect((await update(id, { company_name: 'NILA Foods' })).body.company_name).toBe('NILA Foods')
    const query = 'SELECT company_key FROM employments WHERE id = $1'
    expect(await service.database.query(query, [id])).toEqual([{ company_key: 'nila foods' }])
  })

  it('removes what is null', async () => {
    const { id } = await add()
    const { body } = await update(id, { job_title: null, start_date: null, end_date: null })
    for (const field of ['job_title', 'start_date', 'end_date'])
      expect(body).not.toHaveProperty(field)
  })

  it('makes one current and ends the former’s being so', async () => {
    const customer = await service.createCustomer(staff.token)
    const former = await add({ is_current: true }, customer.id)
    const next = await add({}, customer.id)
    const now = await update(next.id, { is_current: true }, staff.token, {}, customer.id)
    expect(now.body.is_current).toBe(true)
    const before = await read(former.id, customer.id)
    expect(before).toEqual({ ...former, is_current: false, updated_at: before.updated_at })
    const again = await update(next.id, { is_current: true }, staff.token, {}, customer.id)
    expect([again.status, again.body.is_current]).toEqual([200, true])
    const ended = await update(next.id, { is_current: false }, staff.token, {}, customer.id)
    expect(ended.body.is_current).toBe(false)
    expect((await read(former.id, customer.id)).is_current).toBe(false)
  })

  it('changes only what one has seen, with If-Match', async () => {
    const { id } = await add()
    const seen = await service.call('getEmployment', {
      ...{ params: { id: user.id, eid: id }, token: user.token },
    })
    const ifMatch = { 'if-match': String(seen.headers['etag']) }
    expect((await update(id, { job_title: 'First' }, user.token, ifMatch)).status).toBe(200)
    const stale = await update(id, { job_title: 'Second' }, user.token, ifMatch)
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    expect((await read(id)).job_title).toBe('First')
  })

  it('loses no field when two change different ones at the same moment', async () => {
    const { id } = await add()
    const changes = [
      ...[{ job_title: 'At once' }, { company_name: 'At Once Ltd' }],
      ...[{ end_date: '2024-12-31' }, { is_current: true }],
    ]
    await Promise.all(changes.map((change) => update(id, change)))
    expect(await read(id)).toMatchObject(Object.assign({}, ...changes))
  })

  it.each([
    ['', 'minProperties', {}],
    ['/company_name', 'type', { company_name: null }],
    ['/company_name', 'pattern', { company_name: ' ' }],
    ['/job_title', 'form', { job_title: '' }],
    ['/start_date', 'form', { start_date: '2023-13-01' }],
    ['/start_date', 'date', { start_date: '0000-01-01' }],
    ['/start_date', 'period', { start_date: '2024-04-01' }],
    ['/end_date', 'period', { end_date: '2023-03-31' }],
    ['/end_date', 'period', { start_date: '2025-01-02', end_date: '2025-01-01' }],
    ['/is_current', 'type', { is_current: null }],
    ['/user_id', 'unknown_field', { user_id: 1 }],
  ])('refuses %j by its rule %s, and changes nothing', async (path, code, body) => {
    const before = await add()
    const answer = await update(before.id, body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({ path, code, message: expect.any(String) })
    expect(await read(before.id)).toEqual(before)
  })

  it('hides that of somebody else', async () => {
    const theirs = await add({}, other.id)
    const change = { job_title: 'Mine' }
    const foreign = await update(theirs.id, change, user.token, {}, other.id)
    expect([foreign.status, foreign.body.detail]).toEqual([
      404,
      `User with ID ${other.id} not found`,
    ])
    const moved = await update(theirs.id, change)
    expect([moved.status, moved.body.detail]).toEqual([
      404,
      `Employment with ID ${theirs.id} not found`,
    ])
    expect(await read(theirs.id, other.id)).toEqual(theirs)
  })

  it('lets staff change those of customers, but of their colleagues none', async () => {
    const customers = await add()
    const change = { job_title: 'Foreman' }
    expect((await update(customers.id, change, staff.token)).status).toBe(200)
    const colleagues = await add({}, admin.id)
    const { status, body } = await update(colleagues.id, change, staff.token, {}, admin.id)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect(await read(colleagues.id, admin.id)).toEqual(colleagues)
  })

  it('wants a token', async () => {
    const params = { id: user.id, eid: (await add()).id }
    const answer = await service.call('updateEmployment', { params, body: { job_title: 'A' } })
    expect(answer.status).toBe(401)
  })
})
