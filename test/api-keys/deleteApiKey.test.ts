import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const remove = (id: number, token = cast.admin.token) =>
  cast.service.call('deleteApiKey', { params: { id }, token })

async function createKey(): Promise<{ readonly id: number; readonly key: string }> {
  const body = { name: 'A key', scopes: ['users:read'] }
  return (await cast.service.call('createApiKey', { body, token: cast.admin.token })).body
}

describe('deleteApiKey', () => {
  it('ends the key at once, and no other', async () => {
    const [gone, kept] = [await createKey(), await createKey()]
    expect((await cast.service.call('getMe', { token: gone.key })).status).toBe(200)
    const { status, body } = await remove(gone.id)
    expect([status, body]).toEqual([204, ''])
    expect((await cast.service.call('getMe', { token: gone.key })).status).toBe(401)
    expect((await cast.service.call('getMe', { token: kept.key })).status).toBe(200)
  })

  it('deletes what If-Match has seen, and nothing that was used since', async () => {
    const { id, key } = await createKey()
    const params = { id }
    const read = await cast.service.call('getApiKey', { params, token: cast.admin.token })
    const headers = { 'if-match': String(read.headers['etag']) }
    await cast.service.call('getMe', { token: key })
    const stale = await cast.service.call('deleteApiKey', {
      params,
      headers,
      token: cast.admin.token,
    })
    expect(stale.status).toBe(412)
    const again = await cast.service.call('getApiKey', { params, token: cast.admin.token })
    headers['if-match'] = String(again.headers['etag'])
    const done = await cast.service.call('deleteApiKey', {
      params,
      headers,
      token: cast.admin.token,
    })
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
    expect((await remove(0)).body.errors[0]).toMatchObject({ in: 'path', path: 'id' })
  })

  it('is for admins, and for no key', async () => {
    const { id, key } = await createKey()
    const staff = await cast.service.createAccount('staff')
    expect((await remove(id, staff.token)).status).toBe(403)
    expect((await remove(id, key)).status).toBe(403)
  })

  it('wants a token', async () => {
    const { id } = await createKey()
    expect((await cast.service.call('deleteApiKey', { params: { id } })).status).toBe(401)
  })
})
