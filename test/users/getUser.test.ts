import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let other: Account
let staff: Account

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  other = await service.createAccount()
  staff = await service.createAccount('staff')
})
afterAll(() => service.close())

const get = (id: number | string, token?: string) =>
  service.call('getUser', { params: { id }, ...(token && { token }) })

describe('getUser', () => {
  it('answers users with their own record', async () => {
    const { status, body } = await get(user.id, user.token)
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: user.id, username: user.username, role: 'user' })
  })

  it('answers staff with any record', async () => {
    expect((await get(user.id, staff.token)).body.id).toBe(user.id)
  })

  it('hides somebody else as if they did not exist', async () => {
    const { status, body } = await get(other.id, user.token)
    expect(status).toBe(404)
    expect(body.detail).toBe(`User with ID ${other.id} not found`)
  })

  it('answers 404 for a user there is not', async () => {
    const { body } = await get(999_999, staff.token)
    expect(body).toMatchObject({ code: 'not_found', detail: 'User with ID 999999 not found' })
  })

  it.each(['0', '-1', '1.5', 'abc', '9007199254740992'])('refuses the id %s', async (id) => {
    expect((await get(id, staff.token)).status).toBe(422)
  })

  it('wants a token', async () => {
    expect((await get(user.id)).status).toBe(401)
  })
})
