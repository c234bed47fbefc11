import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertAlert } from './alerts.ts'

const cast = useCast()

const read = (id: number, token = cast.staff.token, headers = {}) =>
  cast.service.call('getAlert', { params: { id }, token, headers })

describe('getAlert', () => {
  it('shows an alert, with an entity tag', async () => {
    const id = await insertAlert(cast.service.database, cast.user.id)
    const { status, body, headers } = await read(id)
    expect(status).toBe(200)
    expect(body).toMatchObject({ id, user_id: cast.user.id, kind: 'score_drop', status: 'open' })
    const tag = { 'if-none-match': String(headers['etag']) }
    expect((await read(id, cast.staff.token, tag)).status).toBe(304)
  })

  it('is not for the user it is about', async () => {
    const id = await insertAlert(cast.service.database, cast.user.id)
    expect((await read(id, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('getAlert', { params: { id } })).status).toBe(401)
  })

  it('answers 404 for one that is not there, and 422 for no id', async () => {
    const { status, body } = await read(999_999)
    expect([status, body.detail]).toEqual([404, 'Alert with ID 999999 not found'])
    expect((await read(0)).status).toBe(422)
  })
})
