import { describe, expect, it } from 'vitest'
import { useCast } from '../../setup/cast.ts'
import { keepProfile } from './profiles.ts'

const cast = useCast()

describe('listImportProfiles', () => {
  it('lists the caller’s own, newest first, page by page', async () => {
    const { service } = cast
    const { token } = await service.createAccount('staff')
    await keepProfile(service, cast.staff.token)
    const names = []
    for (let index = 0; index < 3; index += 1) names.unshift(await keepProfile(service, token))
    const list = async (query = {}) =>
      (await service.call('listImportProfiles', { token, query })).body.map(
        ({ name }: { name: string }) => name,
      )
    expect(await list()).toEqual(names)
    expect(await list({ per_page: 2, page: 2 })).toEqual(names.slice(2))
    const { headers } = await service.call('listImportProfiles', { token, query: { per_page: 2 } })
    expect(headers['x-total-count']).toBe('3')
  })

  it('refuses an invalid page, customers and callers without a token', async () => {
    const { service, staff, user } = cast
    const list = (token?: string, query = {}) =>
      service.call('listImportProfiles', { query, ...(token && { token }) })
    expect((await list(staff.token, { per_page: 0 })).status).toBe(422)
    expect((await list(user.token)).status).toBe(403)
    expect((await list()).status).toBe(401)
  })
})
