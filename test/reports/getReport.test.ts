import { beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertPeople } from './people.ts'
import { askFor, BY_BANK, finished } from './reports.ts'

const cast = useCast({ worker: true })

beforeAll(async () => {
  await insertPeople(cast.service.database, [{ banks: ['Union Bank', 'Canara Bank'] }])
})

const get = (id: number | string, token = cast.staff.token, headers = {}) =>
  cast.service.call('getReport', { params: { id }, token, headers })

describe('getReport', () => {
  it('shows a completed report with its size and where its file is', async () => {
    const id = await askFor(cast.service, cast.staff.token, BY_BANK)
    const report = await finished(cast.service, cast.staff.token, id)
    const file = await cast.service.call('downloadReport', {
      params: { id },
      token: cast.staff.token,
    })
    expect(report).toMatchObject({
      id,
      status: 'completed',
      progress: 1,
      group_count: 2,
      bytes: Number(file.headers['content-length']),
      download_url: `/v1/reports/${id}/download`,
    })
    const times = [report.created_at, report.started_at, report.finished_at, report.expires_at]
    expect(times).toEqual([...times].sort())
    expect(report).not.toHaveProperty('error')
  })

  it('answers 304 to whoever has it, until it changes', async () => {
    const id = await askFor(cast.service, cast.staff.token, BY_BANK)
    await finished(cast.service, cast.staff.token, id)
    const headers = { 'if-none-match': String((await get(id)).headers['etag']) }
    expect((await get(id, cast.staff.token, headers)).status).toBe(304)
    await cast.service.database.query('UPDATE reports SET group_count = 7 WHERE id = $1', [id])
    expect((await get(id, cast.staff.token, headers)).status).toBe(200)
  })

  it('hides somebody else’s from staff, and not from admins', async () => {
    const id = await askFor(cast.service, cast.staff.token, BY_BANK)
    const other = await cast.service.createAccount('staff')
    const admin = await cast.service.createAccount('admin')
    const { status, body } = await get(id, other.token)
    expect([status, body.detail]).toEqual([404, `Report with ID ${id} not found`])
    expect((await get(id, admin.token)).body).toMatchObject({ id, requested_by: cast.staff.id })
  })

  it.each(['0', '1.5', 'x', '9007199254740992'])('refuses the id %s', async (id) => {
    expect((await get(id)).status).toBe(422)
  })

  it('is for staff and admins', async () => {
    expect((await get(1, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('getReport', { params: { id: 1 } })).status).toBe(401)
    expect((await get(999_999)).status).toBe(404)
  })
})
