import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { BY_BANK } from './reports.ts'

/** Without a worker: what is asked for stays queued. */
const cast = useCast({ env: { REPORT_RETENTION_HOURS: '48' } })

const create = (body: unknown, token = cast.staff.token, headers = {}) =>
  cast.service.call('createReport', { body, token, headers })

const requests = async (requestId: string) =>
  await cast.service.database.query(
    `SELECT user_id::int, subject_id::int FROM outbox
     WHERE type = 'report.requested' AND request_id = $1`,
    [requestId],
  )

describe('createReport', () => {
  it('answers 202 with the report and where it is, and has a worker build it', async () => {
    const headers = { 'x-request-id': 'the-report' }
    const answer = await create({ ...BY_BANK, format: 'csv' }, cast.staff.token, headers)
    const { id, created_at } = answer.body
    expect(answer.status).toBe(202)
    expect(answer.headers['location']).toBe(`/v1/reports/${id}`)
    expect(answer.body).toEqual({
      id: expect.any(Number),
      type: 'user_groups',
      status: 'queued',
      progress: 0,
      group_by: ['bank'],
      format: 'csv',
      include_members: false,
      created_at,
      requested_by: cast.staff.id,
      expires_at: new Date(Date.parse(created_at) + 48 * 3_600_000).toISOString(),
    })
    const read = await cast.service.call('getReport', { params: { id }, token: cast.staff.token })
    expect(read.body).toEqual(answer.body)
    expect(await requests('the-report')).toEqual([{ user_id: cast.staff.id, subject_id: id }])
  })

  it('is JSON without members when nothing else is said, grouped in the usual order', async () => {
    const { body } = await create({ type: 'user_groups', group_by: ['pincode', 'bank'] })
    expect(body).toMatchObject({
      format: 'json',
      include_members: false,
      group_by: ['bank', 'pincode'],
    })
  })

  it('makes one report and one job of two requests with one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'one-report', 'x-request-id': 'one-report' }
    const first = await create(BY_BANK, cast.staff.token, headers)
    const second = await create(BY_BANK, cast.staff.token, headers)
    expect(second).toMatchObject({ status: 202, body: first.body })
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(second.headers['location']).toBe(first.headers['location'])
    expect(await requests('one-report')).toHaveLength(1)
    const other = await create({ ...BY_BANK, format: 'csv' }, cast.staff.token, headers)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
  })

  it.each([
    [{}, '/type', 'required'],
    [{}, '/group_by', 'required'],
    [{ ...BY_BANK, type: 'users' }, '/type', 'enum'],
    [{ ...BY_BANK, group_by: [] }, '/group_by', 'minItems'],
    [{ ...BY_BANK, group_by: 'bank' }, '/group_by', 'type'],
    [{ ...BY_BANK, group_by: ['bank', 'bank'] }, '/group_by', 'uniqueItems'],
    [{ ...BY_BANK, group_by: ['age'] }, '/group_by/0', 'enum'],
    [{ ...BY_BANK, format: 'xlsx' }, '/format', 'enum'],
    [{ ...BY_BANK, include_members: 'yes' }, '/include_members', 'type'],
    [{ ...BY_BANK, name: 'x' }, '/name', 'unknown_field'],
  ])('refuses %j', async (body, path, code) => {
    const answer = await create(body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
  })

  it('is for staff and admins', async () => {
    const admin = await cast.service.createAccount('admin')
    expect((await create(BY_BANK, admin.token)).status).toBe(202)
    expect((await create(BY_BANK, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('createReport', { body: BY_BANK })).status).toBe(401)
  })

  it('wants an API key with the scope', async () => {
    const admin = await cast.service.createAccount('admin')
    const keyWith = async (scope: string): Promise<string> => {
      const body = { name: 'A key', scopes: [scope], user_id: cast.staff.id }
      return (await cast.service.call('createApiKey', { token: admin.token, body })).body.key
    }
    expect((await create(BY_BANK, await keyWith('reports:write'))).status).toBe(202)
    expect((await create(BY_BANK, await keyWith('reports:read'))).status).toBe(403)
  })
})
