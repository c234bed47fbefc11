import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { asAdmin } from './hooks.ts'
import { makeEndpoint } from './made.ts'

const cast = useCast()

describe('getWebhookEndpoint', () => {
  it('answers with the endpoint, and 304 while it is the same', async () => {
    const { secret: _, ...shown } = await makeEndpoint(cast)
    const params = { id: shown.id }
    const { status, headers, body } = await asAdmin(cast, 'getWebhookEndpoint', { params })
    expect([status, body]).toEqual([200, shown])
    const etag = String(headers['etag'])
    const again = { params, headers: { 'if-none-match': etag } }
    expect((await asAdmin(cast, 'getWebhookEndpoint', again)).status).toBe(304)
  })

  it.each([
    [404, 999_999],
    [422, 'one'],
    [422, 0],
  ])('answers %d for the id %s', async (status, id) => {
    expect((await asAdmin(cast, 'getWebhookEndpoint', { params: { id } })).status).toBe(status)
  })

  it('is for admins, with a token', async () => {
    const params = { id: (await makeEndpoint(cast)).id }
    for (const { token } of [cast.user, cast.staff]) {
      expect((await cast.service.call('getWebhookEndpoint', { params, token })).status).toBe(403)
    }
    expect((await cast.service.call('getWebhookEndpoint', { params })).status).toBe(401)
  })
})
