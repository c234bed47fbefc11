import { describe, expect, it } from 'vitest'
import { useCast } from '../../setup/cast.ts'
import { keepProfile } from './profiles.ts'

const cast = useCast()

const remove = (name: string, token?: string, headers = {}) =>
  cast.service.call('deleteImportProfile', { params: { name }, headers, ...(token && { token }) })

describe('deleteImportProfile', () => {
  it('deletes a profile, after which its name is free', async () => {
    const { service, staff } = cast
    const name = await keepProfile(service, staff.token)
    expect((await remove(name, staff.token)).status).toBe(204)
    expect((await remove(name, staff.token)).status).toBe(404)
    const body = { name, kind: 'users', options: {} }
    expect((await service.call('createImportProfile', { token: staff.token, body })).status).toBe(
      201,
    )
  })

  it('deletes what If-Match names alone', async () => {
    const { staff } = cast
    const name = await keepProfile(cast.service, staff.token)
    expect((await remove(name, staff.token, { 'if-match': '"other"' })).status).toBe(412)
    const { headers } = await cast.service.call('getImportProfile', {
      params: { name },
      token: staff.token,
    })
    const etag = String(headers['etag'])
    expect((await remove(name, staff.token, { 'if-match': etag })).status).toBe(204)
  })

  it('answers 404 for those of others, which stay', async () => {
    const { service, staff, admin } = cast
    const name = await keepProfile(service, staff.token)
    expect((await remove(name, admin.token)).status).toBe(404)
    const found = await service.call('getImportProfile', { params: { name }, token: staff.token })
    expect(found.status).toBe(200)
  })

  it('goes with its account', async () => {
    const { service, admin } = cast
    const owner = await service.createAccount('staff')
    const name = await keepProfile(service, owner.token)
    await service.call('deleteUser', { params: { id: owner.id }, token: admin.token })
    const left = await service.database.query('SELECT FROM import_profiles WHERE name = $1', [name])
    expect(left).toEqual([])
  })

  it('refuses invalid names, customers and callers without a token', async () => {
    expect((await remove('a b', cast.staff.token)).status).toBe(422)
    expect((await remove('a', cast.user.token)).status).toBe(403)
    expect((await remove('a')).status).toBe(401)
  })
})
