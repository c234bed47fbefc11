import { beforeEach, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertAlert } from './alerts.ts'

const cast = useCast()
let id: number

beforeEach(async () => {
  id = await insertAlert(cast.service.database, cast.user.id)
})

const update = (body: unknown, token = cast.staff.token, headers = {}) =>
  cast.service.call('updateAlert', { params: { id }, body, token, headers })

const acknowledged = { status: 'acknowledged' }

describe('updateAlert', () => {
  it('says who acknowledged it, when, and what they found', async () => {
    const { status, body } = await update({ ...acknowledged, note: 'Sold\ta car' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id,
      status: 'acknowledged',
      note: 'Sold\ta car',
      acknowledged_by: cast.staff.id,
      acknowledged_at: expect.any(String),
    })
    const read = await cast.service.call('getAlert', { params: { id }, token: cast.admin.token })
    expect(read.body).toEqual(body)
  })

  it('keeps who was first, and takes the last note', async () => {
    const first = (await update({ ...acknowledged, note: 'one' })).body
    const again = (await update(acknowledged, cast.admin.token)).body
    expect(again).toEqual(first)
    const noted = (await update({ ...acknowledged, note: 'two' }, cast.admin.token)).body
    expect(noted).toMatchObject({ note: 'two', acknowledged_by: cast.staff.id })
    expect(noted.acknowledged_at).toBe(first.acknowledged_at)
    const cleared = (await update({ ...acknowledged, note: null })).body
    expect(cleared).not.toHaveProperty('note')
  })

  it('is done for the state that was read, or not at all', async () => {
    const params = { id }
    const read = await cast.service.call('getAlert', { params, token: cast.staff.token })
    const tag = { 'if-match': String(read.headers['etag']) }
    expect((await update(acknowledged, cast.staff.token, tag)).status).toBe(200)
    const stale = await update({ ...acknowledged, note: 'late' }, cast.staff.token, tag)
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
  })

  it.each([
    ['/status', 'required', {}],
    ['/status', 'const', { status: 'open' }],
    ['/note', 'maxLength', { ...acknowledged, note: 'n'.repeat(1_001) }],
    ['/note', 'pattern', { ...acknowledged, note: 'a\u0000b' }],
    ['/kind', 'unknown_field', { ...acknowledged, kind: 'score_drop' }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await update(body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ in: 'body', path, code }))
  })

  it('is for staff and admins; a colleague is for admins', async () => {
    expect((await cast.service.call('updateAlert', { params: { id } })).status).toBe(401)
    expect((await update(acknowledged, cast.user.token)).status).toBe(403)
    const { id: colleague } = await cast.service.createAccount('staff')
    id = await insertAlert(cast.service.database, colleague)
    expect((await update(acknowledged)).status).toBe(403)
    expect((await update(acknowledged, cast.admin.token)).status).toBe(200)
  })

  it('answers 404 for one that is not there, or went with its user', async () => {
    await cast.service.database.query('DELETE FROM alerts WHERE id = $1', [id])
    const { status, body } = await update(acknowledged)
    expect([status, body.detail]).toEqual([404, `Alert with ID ${id} not found`])
  })
})
