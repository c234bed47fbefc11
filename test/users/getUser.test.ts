import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const get = (id: number | string, token?: string) =>
  cast.service.call('getUser', { params: { id }, ...(token && { token }) })

describe('getUser', () => {
  it('shows users their own record', async () => {
    const { status, body } = await get(cast.user.id, cast.user.token)
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: cast.user.id, username: cast.user.username, role: 'user' })
  })

  it('shows staff any record', async () => {
    expect((await get(cast.user.id, cast.staff.token)).body.id).toBe(cast.user.id)
  })

  it('answers 404 for somebody else’s', async () => {
    const { status, body } = await get(cast.other.id, cast.user.token)
    expect(status).toBe(404)
    expect(body.detail).toBe(`User with ID ${cast.other.id} not found`)
  })

  it('answers 404 for an unknown id', async () => {
    const { body } = await get(999_999, cast.staff.token)
    expect(body).toMatchObject({ code: 'not_found', detail: 'User with ID 999999 not found' })
  })

  it.each(['0', '-1', '1.5', 'abc', '9007199254740992'])('refuses the id %s', async (id) => {
    expect((await get(id, cast.staff.token)).status).toBe(422)
  })

  it('needs a token', async () => {
    expect((await get(cast.user.id)).status).toBe(401)
  })
})
