import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let admin: Account
let key: { readonly id: number; readonly key: string }

beforeAll(async () => {
  service = await startTestService()
  admin = await service.createAccount('admin')
  const body = { name: 'A key', scopes: ['users:read'] }
  key = (await service.call('createApiKey', { body, token: admin.token })).body
})
afterAll(() => service.close())

const get = (id: number, token = admin.token) =>
  service.call('getApiKey', { params: { id }, token })

describe('getApiKey', () => {
  it('shows when the key was last used, to the minute and without its secret', async () => {
    expect((await get(key.id)).body).not.toHaveProperty('last_used_at')
    await service.call('getMe', { token: key.key })
    const { status, body } = await get(key.id)
    expect(status).toBe(200)
    expect(Math.abs(Date.parse(body.last_used_at) - Date.now())).toBeLessThan(30_000)
    expect(body).not.toHaveProperty('key')
    await service.call('getMe', { token: key.key })
    expect((await get(key.id)).body).toEqual(body)
    await service.database.query(
      `UPDATE api_keys SET last_used_at = last_used_at - interval '61 seconds' WHERE id = $1`,
      [key.id],
    )
    await service.call('getMe', { token: key.key })
    const later = (await get(key.id)).body.last_used_at
    expect(Date.parse(later)).toBeGreaterThanOrEqual(Date.parse(body.last_used_at))
  })

  it('answers 404 where there is none', async () => {
    const { status, body } = await get(999_999)
    expect([status, body.detail]).toEqual([404, 'API key with ID 999999 not found'])
  })

  it('refuses a wrong id', async () => {
    expect((await get(0)).body.errors[0]).toMatchObject({ in: 'path', path: 'id' })
  })

  it('is for admins, and for no key', async () => {
    const staff = await service.createAccount('staff')
    expect((await get(key.id, staff.token)).status).toBe(403)
    expect((await get(key.id, key.key)).status).toBe(403)
  })

  it('wants a token', async () => {
    expect((await service.call('getApiKey', { params: { id: key.id } })).status).toBe(401)
  })
})
