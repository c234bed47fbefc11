import { describe, expect, it } from 'vitest'
import { useCast } from '../../setup/cast.ts'
import { BANK, keepProfile } from './profiles.ts'

const cast = useCast()

const get = (name: string, token?: string, headers = {}) =>
  cast.service.call('getImportProfile', { params: { name }, headers, ...(token && { token }) })

describe('getImportProfile', () => {
  it('shows a profile, and 304 while it is the same', async () => {
    const name = await keepProfile(cast.service, cast.staff.token)
    const { status, body, headers } = await get(name, cast.staff.token)
    expect([status, body.name, body.options]).toEqual([200, name, BANK])
    const etag = String(headers['etag'])
    expect((await get(name, cast.staff.token, { 'if-none-match': etag })).status).toBe(304)
  })

  it('answers 404 for those of others, also to admins', async () => {
    const name = await keepProfile(cast.service, cast.staff.token)
    const { status, body } = await get(name, cast.admin.token)
    expect([status, body.detail]).toEqual([404, `Import profile ${name} not found`])
  })

  it('refuses invalid names, customers and callers without a token', async () => {
    expect((await get('a b', cast.staff.token)).status).toBe(422)
    expect((await get('a', cast.user.token)).status).toBe(403)
    expect((await get('a')).status).toBe(401)
  })
})
