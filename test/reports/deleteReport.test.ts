import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { insertPeople } from './people.ts'
import { askFor, BY_BANK, finished } from './reports.ts'

let service: TestService
let user: Account
let staff: Account

beforeAll(async () => {
  service = await startTestService({ worker: true })
  user = await service.createAccount()
  staff = await service.createAccount('staff')
  await insertPeople(service.database, [{ banks: ['Union Bank'] }])
})
afterAll(() => service.close())

const remove = (id: number | string, token = staff.token, headers = {}) =>
  service.call('deleteReport', { params: { id }, token, headers })
const get = (id: number) => service.call('getReport', { params: { id }, token: staff.token })
const completed = async () => {
  const id = await askFor(service, staff.token, BY_BANK)
  await finished(service, staff.token, id)
  return id
}

describe('deleteReport', () => {
  it('deletes a report with its file', async () => {
    const id = await completed()
    expect((await remove(id)).status).toBe(204)
    expect((await get(id)).status).toBe(404)
    const download = await service.call('downloadReport', { params: { id }, token: staff.token })
    expect(download.status).toBe(404)
    const pieces = await service.database.query(
      'SELECT position FROM report_chunks WHERE report_id = $1',
      [id],
    )
    expect(pieces).toEqual([])
    expect((await remove(id)).status).toBe(404)
  })

  it('deletes what If-Match names, and nothing else', async () => {
    const id = await completed()
    expect((await remove(id, staff.token, { 'if-match': '"other"' })).status).toBe(412)
    const etag = String((await get(id)).headers['etag'])
    expect((await remove(id, staff.token, { 'if-match': etag })).status).toBe(204)
  })

  it('leaves somebody else’s to admins', async () => {
    const id = await completed()
    const other = await service.createAccount('staff')
    const admin = await service.createAccount('admin')
    expect((await remove(id, other.token)).status).toBe(404)
    expect((await get(id)).status).toBe(200)
    expect((await remove(id, admin.token)).status).toBe(204)
  })

  it('refuses what is no id, users and strangers', async () => {
    expect((await remove('0')).status).toBe(422)
    expect((await remove(1, user.token)).status).toBe(403)
    expect((await service.call('deleteReport', { params: { id: 1 } })).status).toBe(401)
  })
})
