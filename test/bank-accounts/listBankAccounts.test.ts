import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BankAccount } from '../../src/generated/schemas.ts'
import { newAccountNumber } from '../setup/account-numbers.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let other: Account
let staff: Account
let made: number[]

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  other = await service.createAccount()
  staff = await service.createAccount('staff')
  made = []
  for (let index = 0; index < 5; index += 1) {
    made.push((await add(user)).id)
    await add(other)
  }
})
afterAll(() => service.close())

async function add({ id, token }: Account): Promise<BankAccount> {
  const body = { bank_name: 'Deccan Bank', account_number: newAccountNumber() }
  return (await service.call('createBankAccount', { params: { id }, token, body })).body
}
const list = (id: number, token: string, query = {}) =>
  service.call('listBankAccounts', { params: { id }, token, query })
const ids = (body: readonly BankAccount[]) => body.map(({ id }) => id)

describe('listBankAccounts', () => {
  it('answers with all of a user’s, in the order they were added', async () => {
    for (const { token } of [user, staff]) {
      const { status, headers, body } = await list(user.id, token)
      expect([status, ids(body)]).toEqual([200, made])
      expect(headers['x-total-count']).toBe('5')
      expect(headers).not.toHaveProperty('x-next-cursor')
    }
  })

  it('answers page by page', async () => {
    const { headers, body } = await list(user.id, user.token, { page: 2, per_page: 2 })
    expect(ids(body)).toEqual(made.slice(2, 4))
    expect(headers['link']).toContain('page=3')
    expect((await list(user.id, user.token, { page: 9 })).body).toEqual([])
  })

  it('skips and repeats nothing by cursor while others are added and removed', async () => {
    const customer = await service.createAccount()
    const first = [await add(customer), await add(customer), await add(customer)]
    const seen: number[] = []
    let cursor: unknown = ''
    while (cursor !== undefined) {
      const { headers, body } = await list(customer.id, staff.token, { cursor, per_page: 1 })
      seen.push(...ids(body))
      cursor = headers['x-next-cursor']
      if (seen.length === 1) first.push(await add(customer))
      const params = { id: customer.id, bid: seen.at(-1) as number }
      await service.call('deleteBankAccount', { params, token: customer.token })
    }
    expect(seen).toEqual(ids(first))
  })

  it.each([
    ['query.per_page', { per_page: 101 }],
    ['query.page', { page: 0 }],
    ['query.page', { page: 1, cursor: '' }],
    ['query.cursor', { cursor: 'WyJhIl0' }],
    ['query.bank', { bank: 'Deccan' }],
  ])('refuses %s', async (path, query) => {
    const { status, body } = await list(user.id, user.token, query)
    expect([status, body.errors[0].path]).toEqual([422, path])
  })

  it('hides those of somebody else', async () => {
    const { status, body } = await list(other.id, user.token)
    expect([status, body.detail]).toEqual([404, `User with ID ${other.id} not found`])
  })

  it('answers 404 where there is no user', async () => {
    expect((await list(999_999, staff.token)).status).toBe(404)
  })

  it('wants a token', async () => {
    const params = { id: user.id }
    expect((await service.call('listBankAccounts', { params })).status).toBe(401)
  })
})
