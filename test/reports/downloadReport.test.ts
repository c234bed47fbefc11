import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRecords } from '../setup/csv.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { insertManyPeople, insertPeople } from './people.ts'
import { askFor, BY_BANK, built, finished } from './reports.ts'

const CLERKS = 12_000

let service: TestService
let user: Account
let staff: Account
let ids: number[]

beforeAll(async () => {
  service = await startTestService({ worker: true })
  user = await service.createAccount()
  staff = await service.createAccount('staff')
  ids = await insertPeople(service.database, [
    { pincode: '560001', banks: ['Union Bank', 'Canara "C" Bank, Ltd'] },
    { pincode: '560001', banks: ['union bank', 'UNION BANK'] },
    { pincode: '110001', banks: ['=1+1'] },
  ])
  await insertManyPeople(service.database, CLERKS)
})
afterAll(() => service.close())

const ask = (body: object, token = staff.token) => built(service, token, body)

describe('downloadReport', () => {
  it('sends JSON, the largest group first', async () => {
    const { status, headers, body } = await ask(BY_BANK)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(headers['content-disposition']).toMatch(/^attachment; filename="user-groups-\d+\.json"$/)
    expect(body).toEqual({
      report: {
        type: 'user_groups',
        group_by: ['bank'],
        include_members: false,
        created_at: expect.any(String),
      },
      groups: [
        { bank: 'UNION BANK', user_count: 2 },
        { bank: '=1+1', user_count: 1 },
        { bank: 'Canara "C" Bank, Ltd', user_count: 1 },
      ],
    })
  })

  it('lists members by id, in every group they belong to', async () => {
    const { body } = await ask({
      type: 'user_groups',
      group_by: ['pincode', 'bank'],
      include_members: true,
    })
    expect(body.groups).toEqual([
      { bank: 'UNION BANK', pincode: '560001', user_count: 2, members: [ids[0], ids[1]] },
      { bank: '=1+1', pincode: '110001', user_count: 1, members: [ids[2]] },
      { bank: 'Canara "C" Bank, Ltd', pincode: '560001', user_count: 1, members: [ids[0]] },
    ])
  })

  it('sends CSV that no spreadsheet runs', async () => {
    const { headers, body } = await ask({ ...BY_BANK, format: 'csv' })
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(headers['content-disposition']).toMatch(/\.csv"$/)
    expect(body).toBe(
      `bank,user_count\r\nUNION BANK,2\r\n'=1+1,1\r\n"Canara ""C"" Bank, Ltd",1\r\n`,
    )
  })

  it('sends CSV of one member a line', async () => {
    const { body } = await ask({
      type: 'user_groups',
      group_by: ['bank', 'pincode'],
      format: 'csv',
      include_members: true,
    })
    expect(body).toBe(
      `bank,pincode,user_count,user_id\r\nUNION BANK,560001,2,${ids[0]}\r\nUNION BANK,560001,2,${ids[1]}\r\n` +
        `'=1+1,110001,1,${ids[2]}\r\n"Canara ""C"" Bank, Ltd",560001,1,${ids[0]}\r\n`,
    )
  })

  it('puts pieces together again', async () => {
    const request = { type: 'user_groups', group_by: ['company'], include_members: true }
    const json = (await ask(request)).body.groups
    const csv = await ask({ ...request, format: 'csv' })
    const rows: Record<string, string>[] = readRecords(csv.body)
    const names = json.map(({ company }: { company: string }) => company)
    expect(new Set(names).size).toBe(CLERKS)
    expect(names).toEqual([...names].sort())
    expect(rows.map(({ company }) => company)).toEqual(names)
    expect(rows.map(({ user_id }) => Number(user_id))).toEqual(
      json.map(({ members }: { members: number[] }) => members[0]),
    )
    const pieces = await service.database.query<{ count: number }>(
      `SELECT count(*)::int FROM report_chunks GROUP BY report_id ORDER BY count(*) DESC LIMIT 1`,
    )
    expect(pieces[0]?.count).toBeGreaterThan(1)
    expect(csv.headers['content-length']).toBe(String(Buffer.byteLength(csv.body)))
  })

  it('lists a group of thousands whole and in order', async () => {
    await service.database.query(`UPDATE users SET pincode = '999' WHERE id > $1`, [ids[2]])
    const { body } = await ask({
      type: 'user_groups',
      group_by: ['pincode'],
      include_members: true,
    })
    const [largest] = body.groups
    expect(largest.user_count).toBe(CLERKS)
    expect(largest.members).toHaveLength(CLERKS)
    expect(largest.members).toEqual([...largest.members].sort((a: number, b: number) => a - b))
  })

  it('sends it compressed to whoever takes that', async () => {
    const id = await askFor(service, staff.token, { type: 'user_groups', group_by: ['company'] })
    await finished(service, staff.token, id)
    const response = await service.app.inject({
      url: `/v1/reports/${id}/download`,
      headers: { authorization: `Bearer ${staff.token}`, 'accept-encoding': 'gzip' },
    })
    expect(response.headers['content-encoding']).toBe('gzip')
    expect(response.headers['content-length']).toBeUndefined()
  })

  it('answers 409 before it is completed', async () => {
    const [row] = await service.database.query<{ id: string }>(
      `INSERT INTO reports (user_id, group_by, format, include_members, status, alive_at, attempts)
       VALUES ($1, '{bank}', 'csv', false, 'running', now() + interval '1 hour', 1) RETURNING id`,
      [staff.id],
    )
    const params = { id: Number(row?.id) }
    const { status, body } = await service.call('downloadReport', { params, token: staff.token })
    expect([status, body.code]).toEqual([409, 'report_not_ready'])
  })

  it('hides somebody else’s, though not from admins', async () => {
    const id = await askFor(service, staff.token, BY_BANK)
    await finished(service, staff.token, id)
    const other = await service.createAccount('staff')
    const admin = await service.createAccount('admin')
    const get = (token: string) => service.call('downloadReport', { params: { id }, token })
    const hidden = await get(other.token)
    expect([hidden.status, hidden.body.detail]).toEqual([404, `Report with ID ${id} not found`])
    expect((await get(admin.token)).status).toBe(200)
  })

  it('refuses what is no id, users and strangers', async () => {
    const get = (id: string, token?: string) =>
      service.call('downloadReport', { params: { id }, ...(token && { token }) })
    expect((await get('x', staff.token)).status).toBe(422)
    expect((await get('1', user.token)).status).toBe(403)
    expect((await get('1')).status).toBe(401)
  })
})
