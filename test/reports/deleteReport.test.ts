import { beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertPeople } from './people.ts'
import { askFor, BY_BANK, finished } from './reports.ts'

const cast = useCast({ worker: true })

beforeAll(async () => {
  await insertPeople(cast.service.database, [{ banks: ['Union Bank'] }])
})

const remove = (id: number | string, token = cast.staff.token, headers = {}) =>
  cast.service.call('deleteReport', { params: { id }, token, headers })
const get = (id: number) =>
  cast.service.call('getReport', { params: { id }, token: cast.staff.token })
const completed = async () => {
  const id = await askFor(cast.service, cast.staff.token, BY_BANK)
  await finished(cast.service, cast.staff.token, id)
  return id
}

describe('deleteReport', () => {
  it('deletes a report with its file', async () => {
    const id = await completed()
    expect((await remove(id)).status).toBe(204)
    expect((await get(id)).status).toBe(404)
    const download = await cast.service.call('downloadReport', {
      params: { id },
      token: cast.staff.token,
    })
    expect(download.status).toBe(404)
    const pieces = await cast.service.database.query(
      'SELECT position FROM report_chunks WHERE report_id = $1',
      [id],
    )
    expect(pieces).toEqual([])
    expect((await remove(id)).status).toBe(404)
  })

  it('deletes what If-Match names, and nothing else', async () => {
    const id = await completed()
    expect((await remove(id, cast.staff.token, { 'if-match': '"other"' })).status).toBe(412)
    const etag = String((await get(id)).headers['etag'])
    expect((await remove(id, cast.staff.token, { 'if-match': etag })).status).toBe(204)
  })

  it('leaves somebody else’s to admins', async () => {
    const id = await completed()
    const other = await cast.service.createAccount('staff')
    const admin = await cast.service.createAccount('admin')
    expect((await remove(id, other.token)).status).toBe(404)
    expect((await get(id)).status).toBe(200)
    expect((await remove(id, admin.token)).status).toBe(204)
  })

  it('refuses what is no id, users and strangers', async () => {
    expect((await remove('0')).status).toBe(422)
    expect((await remove(1, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('deleteReport', { params: { id: 1 } })).status).toBe(401)
  })
})
