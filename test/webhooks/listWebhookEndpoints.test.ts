import { beforeEach, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { asAdmin } from './hooks.ts'
import { makeEndpoint } from './made.ts'

const cast = useCast()
beforeEach(() => cast.service.database.query('DELETE FROM webhook_endpoints'))

const list = (query: Record<string, string | number> = {}) =>
  asAdmin(cast, 'listWebhookEndpoints', { query })

describe('listWebhookEndpoints', () => {
  it('lists none', async () => {
    const { status, headers, body } = await list()
    expect([status, body, headers['x-total-count']]).toEqual([200, [], '0'])
  })

  it('lists the newest first, without secrets', async () => {
    const made = [await makeEndpoint(cast), await makeEndpoint(cast), await makeEndpoint(cast)]
    const { body } = await list()
    const shown = made.toReversed().map(({ secret: _, ...endpoint }) => endpoint)
    expect(body).toEqual(shown)
  })

  it('goes by page and by cursor', async () => {
    const ids: number[] = []
    for (let index = 0; index < 3; index += 1) ids.unshift((await makeEndpoint(cast)).id)
    const first = await list({ per_page: 2 })
    expect(first.headers['x-total-count']).toBe('3')
    await makeEndpoint(cast)
    const cursor = String(first.headers['x-next-cursor'])
    const rest = await list({ per_page: 2, cursor })
    const seen = [...first.body, ...rest.body].map(({ id }) => id)
    expect(seen).toEqual(ids)
  })

  it('refuses what it does not know', async () => {
    for (const query of [{ cursor: 'x' }, { per_page: 101 }, { status: 'failed' }] as const) {
      expect((await list(query as Record<string, string>)).status).toBe(422)
    }
  })

  it('is for admins, with a token', async () => {
    for (const { token } of [cast.user, cast.staff]) {
      expect((await cast.service.call('listWebhookEndpoints', { token })).status).toBe(403)
    }
    expect((await cast.service.call('listWebhookEndpoints')).status).toBe(401)
  })
})
