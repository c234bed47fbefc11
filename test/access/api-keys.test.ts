import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

async function createKey(scopes: readonly string[], userId = cast.user.id): Promise<string> {
  const body = { name: 'A key', scopes, user_id: userId }
  return (await cast.service.call('createApiKey', { body, token: cast.admin.token })).body.key
}

const getUser = (id: number, token: string) =>
  cast.service.call('getUser', { params: { id }, token })
const authorize = (authorization: string) =>
  cast.service.call('getMe', { headers: { authorization } })

describe('an API key', () => {
  it('acts as its account, and sees what the account sees', async () => {
    const key = await createKey(['users:read'])
    expect((await cast.service.call('getMe', { token: key })).body.id).toBe(cast.user.id)
    expect((await getUser(cast.user.id, key)).status).toBe(200)
    expect((await getUser(cast.other.id, key)).status).toBe(404)
  })

  it('needs the scope that the operation names', async () => {
    const key = await createKey(['users:read', 'tasks:write'])
    const { status, body } = await cast.service.call('updateUser', {
      params: { id: cast.user.id },
      body: { age: 40 },
      token: key,
    })
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect(body.detail).toBe('The API key lacks the scope users:write')
  })

  it('cannot do more than its account, whatever its scopes', async () => {
    const key = await createKey(['users:read', 'users:write'])
    const { status, body } = await cast.service.call('listUsers', { token: key })
    expect([status, body.detail]).toEqual([403, 'This needs one of the roles staff, admin'])
  })

  it('follows the role of its account at once', async () => {
    const { id } = await cast.service.createAccount()
    const key = await createKey(['users:read'], id)
    expect((await cast.service.call('listUsers', { token: key })).status).toBe(403)
    const body = { role: 'staff' }
    await cast.service.call('updateUser', { params: { id }, body, token: cast.admin.token })
    expect((await cast.service.call('listUsers', { token: key })).status).toBe(200)
  })

  it('cannot give rights, not even as an admin', async () => {
    const key = await createKey(['users:write'], cast.admin.id)
    for (const body of [{ role: 'admin' }, { disabled: true }]) {
      const answer = await cast.service.call('updateUser', {
        params: { id: cast.user.id },
        body,
        token: key,
      })
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden'])
    }
  })

  it('also acts as a customer who cannot log in', async () => {
    const customer = await cast.service.createCustomer(cast.admin.token)
    const key = await createKey(['users:read'], customer.id)
    expect((await cast.service.call('getMe', { token: key })).body).toEqual(customer)
  })

  it('is refused once it has expired', async () => {
    const key = await createKey(['users:read'])
    await cast.service.database.query(
      `UPDATE api_keys SET expires_at = now() WHERE key_hash = sha256(convert_to($1, 'UTF8'))`,
      [key],
    )
    const { status, headers, body } = await cast.service.call('getMe', { token: key })
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer'])
    expect(body.detail).toBe('The API key is not valid or has expired')
  })

  it('is deleted with its account', async () => {
    const gone = await cast.service.createAccount()
    const key = await createKey(['users:read'], gone.id)
    await cast.service.call('deleteUser', { params: { id: gone.id }, token: cast.admin.token })
    expect((await cast.service.call('getMe', { token: key })).status).toBe(401)
  })

  it('is sent under the scheme Bearer, in any case', async () => {
    const key = await createKey(['users:read'])
    expect((await authorize(`bearer ${key}`)).status).toBe(200)
    for (const value of [key, `Basic ${key}`, `Bearer ${key} ${key}`]) {
      expect((await authorize(value)).status).toBe(401)
    }
  })

  it('is refused if changed in one letter, cut off or extended', async () => {
    const key = await createKey(['users:read'])
    const turned = key.endsWith('A') ? 'B' : 'A'
    const wrong = [`${key.slice(0, -1)}${turned}`, key.slice(0, -1), `${key}A`, 'pb_', 'pb_\u0000']
    for (const token of wrong) {
      expect((await cast.service.call('getMe', { token })).status).toBe(401)
    }
  })
})
