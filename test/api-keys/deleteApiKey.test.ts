import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let admin: Account

beforeAll(async () => {
  service = await startTestService()
  admin = await service.createAccount('admin')
})
afterAll(() => service.close())

const remove = (id: number, token = admin.token) =>
  service.call('deleteApiKey', { params: { id }, token })

async function createKey(): Promise<{ readonly id: number; readonly key: string }> {
  const body = { name: 'A key', scopes: ['users:read'] }
  return (await service.call('createApiKey', { body, token: admin.token })).body
}

describe('deleteApiKey', () => {
  it('ends the key at once, and no other', async () => {
    const [gone, kept] = [await createKey(), await createKey()]
    expect((await service.call('getMe', { token: gone.key })).status).toBe(200)
    const { status, body } = await remove(gone.id)
    expect([status, body]).toEqual([204, ''])
    expect((await service.call('getMe', { token: gone.key })).status).toBe(401)
    expect((await service.call('getMe', { token: kept.key })).status).toBe(200)
  })

  it('deletes what If-Match has seen, and nothing that was used since', async () => {
    const { id, key } = await createKey()
    const params = { id }
    const read = await service.call('getApiKey', { params, token: admin.token })
    const headers = { 'if-match': String(read.headers['etag']) }
    await service.call('getMe', { token: key })
    const stale = await service.call('deleteApiKey', { params, headers, token: admin.token })
    expect(stale.status).toBe(412)
    const again = await service.call('getApiKey', { params, token: admin.token })
    headers['if-match'] = String(again.headers['etag'])
    const done = await service.call('deleteApiKey', { params, headers, token: admin.token })
    expect(done.status).toBe(204)
  })

  it('answers 204 to one of two at the same moment', async () => {
    const { id } = await createKey()
    const answers = await Promise.all([remove(id), remove(id)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404])
  })

  it('answers 404 where there is none', async () => {
    expect((await remove(999_999)).status).toBe(404)
  })

  it('refuses a wrong id', async () => {
    expect((await remove(0)).body.errors[0]).toMatchObject({ path: 'params.id' })
  })

  it('is for admins, and for no key', async () => {
    const { id, key } = await createKey()
    const staff = await service.createAccount('staff')
    expect((await remove(id, staff.token)).status).toBe(403)
    expect((await remove(id, key)).status).toBe(403)
  })

  it('wants a token', async () => {
    const { id } = await createKey()
    expect((await service.call('deleteApiKey', { params: { id } })).status).toBe(401)
  })
})
