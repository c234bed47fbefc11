import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let admin: Account
const ids: number[] = []

beforeAll(async () => {
  service = await startTestService()
  admin = await service.createAccount('admin')
  for (const name of ['first', 'second', 'third', 'fourth', 'fifth']) {
    const body = { name, scopes: ['tasks:read'] }
    ids.unshift((await service.call('createApiKey', { body, token: admin.token })).body.id)
  }
})
afterAll(() => service.close())

const list = (query = {}, token = admin.token) => service.call('listApiKeys', { query, token })
const idsOf = (body: readonly { readonly id: number }[]) => body.map(({ id }) => id)

describe('listApiKeys', () => {
  it('lists all keys, newest first, without a secret', async () => {
    const { status, headers, body } = await list()
    expect([status, headers['x-total-count']]).toEqual([200, '5'])
    expect(idsOf(body)).toEqual(ids)
    expect(body[0]).toEqual({
      id: ids[0],
      user_id: admin.id,
      name: 'fifth',
      scopes: ['tasks:read'],
      created_at: expect.any(String),
    })
  })

  it('is read by page', async () => {
    const { headers, body } = await list({ page: 2, per_page: 2 })
    expect(idsOf(body)).toEqual(ids.slice(2, 4))
    expect(headers['link']).toContain('rel="last"')
  })

  it('is read by cursor, and skips nothing while keys are made', async () => {
    const first = await list({ cursor: '', per_page: 3 })
    const body = { name: 'meanwhile', scopes: ['tasks:read'] }
    const made = await service.call('createApiKey', { body, token: admin.token })
    const second = await list({ cursor: String(first.headers['x-next-cursor']), per_page: 3 })
    expect([...idsOf(first.body), ...idsOf(second.body)]).toEqual(ids)
    expect(second.headers['x-next-cursor']).toBeUndefined()
    await service.call('deleteApiKey', { params: { id: made.body.id }, token: admin.token })
  })

  it.each([
    ['per_page', { per_page: 101 }],
    ['cursor', { cursor: 'WyJ4Il0' }],
    ['page', { page: 1, cursor: '' }],
    ['name', { name: 'first' }],
  ])('refuses %s', async (path, query) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'query', path })
  })

  it('is for admins', async () => {
    for (const role of ['user', 'staff'] as const) {
      const { token } = await service.createAccount(role)
      expect((await list({}, token)).status).toBe(403)
    }
  })

  it('wants a token', async () => {
    expect((await service.call('listApiKeys')).status).toBe(401)
  })
})
