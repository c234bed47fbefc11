import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let other: Account
let staff: Account
let id: number

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  other = await service.createAccount()
  staff = await service.createAccount('staff')
  const { body } = await service.call('createBankAccount', {
    ...{ params: { id: user.id }, token: user.token },
    body: { bank_name: 'Deccan Bank', account_number: 'DE12345678907890' },
  })
  id = body.id
})
afterAll(() => service.close())

const get = (userId: number, bid: number | string, token: string, headers = {}) =>
  service.call('getBankAccount', { params: { id: userId, bid }, token, headers })

describe('getBankAccount', () => {
  it('answers users with their own and staff with any', async () => {
    for (const { token } of [user, staff]) {
      const { status, body } = await get(user.id, id, token)
      expect(status).toBe(200)
      expect(body).toMatchObject({ id, user_id: user.id, account_number: '************7890' })
    }
  })

  it('answers 304 to one who has it', async () => {
    const { headers } = await get(user.id, id, user.token)
    const again = await get(user.id, id, user.token, { 'if-none-match': headers['etag'] })
    expect([again.status, again.body]).toEqual([304, ''])
  })

  it('hides that of somebody else', async () => {
    const { status, body } = await get(user.id, id, other.token)
    expect([status, body.detail]).toEqual([404, `User with ID ${user.id} not found`])
  })

  it('finds it under its own user alone', async () => {
    for (const token of [other.token, staff.token]) {
      const { status, body } = await get(other.id, id, token)
      expect([status, body.detail]).toEqual([404, `Bank account with ID ${id} not found`])
    }
  })

  it('answers 404 where there is none', async () => {
    const { status, body } = await get(user.id, 999_999, user.token)
    expect([status, body.detail]).toEqual([404, 'Bank account with ID 999999 not found'])
  })

  it.each([['0'], ['-1'], ['1.5'], ['x'], ['9007199254740992']])(
    'refuses the id %s',
    async (bid) => {
      const { status, body } = await get(user.id, bid, user.token)
      expect(status).toBe(422)
      expect(body.errors[0].path).toBe('params.bid')
    },
  )

  it('wants a token', async () => {
    const params = { id: user.id, bid: id }
    expect((await service.call('getBankAccount', { params })).status).toBe(401)
  })
})
