import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const remove = (id: number | string, token?: string, headers = {}) =>
  cast.service.call('deleteTransaction', { params: { id }, headers, ...(token && { token }) })

const exists = async (id: number) =>
  (await cast.service.database.query('SELECT id FROM transactions WHERE id = $1', [id])).length ===
  1

describe('deleteTransaction', () => {
  it('deletes, and writes an event with the id of the request', async () => {
    const { id } = await cast.service.createTransaction(cast.user.token, {
      user_id: cast.user.id,
      transaction_date: '2026-05-06',
    })
    await cast.service.database.query('DELETE FROM outbox WHERE user_id = $1', [cast.user.id])
    const answer = await remove(id, cast.user.token, { 'x-request-id': 'the-deleting-request' })
    expect(answer.status).toBe(204)
    expect(answer.body).toBe('')
    expect(answer.headers['x-request-id']).toBe('the-deleting-request')
    expect(await exists(id)).toBe(false)
    const outbox = await cast.service.database.query(
      'SELECT day::text, request_id FROM outbox WHERE user_id = $1',
      [cast.user.id],
    )
    expect(outbox).toEqual([{ day: '2026-05-06', request_id: 'the-deleting-request' }])
  })

  it('answers 404 the second time, and to one of two concurrent requests', async () => {
    const { id } = await cast.service.createTransaction(cast.user.token, { user_id: cast.user.id })
    const both = await Promise.all([remove(id, cast.user.token), remove(id, cast.user.token)])
    expect(both.map(({ status }) => status).sort()).toEqual([204, 404])
    const { status, body } = await remove(id, cast.user.token)
    expect(status).toBe(404)
    expect(body.detail).toBe(`Transaction with ID ${id} not found`)
  })

  it('lets staff delete any transaction', async () => {
    const { id } = await cast.service.createTransaction(cast.user.token, { user_id: cast.user.id })
    expect((await remove(id, cast.staff.token)).status).toBe(204)
  })

  it('answers 404 for somebody else’s, and keeps it', async () => {
    const { id } = await cast.service.createTransaction(cast.other.token, {
      user_id: cast.other.id,
    })
    expect((await remove(id, cast.user.token)).status).toBe(404)
    expect(await exists(id)).toBe(true)
  })

  it.each(['0', '1.5', 'x'])('refuses the id %s', async (id) => {
    expect((await remove(id, cast.user.token)).status).toBe(422)
  })

  it('refuses an unknown query parameter', async () => {
    const { id } = await cast.service.createTransaction(cast.user.token, { user_id: cast.user.id })
    const answer = await cast.service.call('deleteTransaction', {
      params: { id },
      query: { force: true },
      token: cast.user.token,
    })
    expect(answer.status).toBe(422)
    expect(await exists(id)).toBe(true)
  })

  it('needs a token', async () => {
    expect((await remove(1)).status).toBe(401)
  })
})
