import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BankAccount } from '../../src/generated/schemas.ts'
import { newAccountNumber } from '../setup/account-numbers.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let other: Account
let staff: Account
let admin: Account

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  other = await service.createAccount()
  staff = await service.createAccount('staff')
  admin = await service.createAccount('admin')
})
afterAll(() => service.close())

async function add(id = user.id): Promise<BankAccount> {
  const body = { bank_name: 'Deccan Bank', account_number: newAccountNumber(), is_primary: true }
  const { token } = admin
  return (await service.call('createBankAccount', { params: { id }, token, body })).body
}
const remove = (bid: number | string, token = user.token, headers = {}, id = user.id) =>
  service.call('deleteBankAccount', { params: { id, bid }, token, headers })
const left = async (id: number) =>
  (await service.call('listBankAccounts', { params: { id }, token: admin.token })).body

describe('deleteBankAccount', () => {
  it('removes one and leaves the others, none of them primary', async () => {
    const customer = await service.createAccount()
    const former = await add(customer.id)
    const { id } = await add(customer.id)
    const { status, body } = await remove(id, customer.token, {}, customer.id)
    expect([status, body]).toEqual([204, ''])
    expect(await left(customer.id)).toMatchObject([{ id: former.id, is_primary: false }])
    expect((await remove(id, customer.token, {}, customer.id)).status).toBe(404)
  })

  it('answers 204 to one of two at the same moment', async () => {
    const { id } = await add()
    const answers = await Promise.all([remove(id), remove(id, staff.token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404])
  })

  it('removes only what one has seen, with If-Match', async () => {
    const { id } = await add()
    const stale = await remove(id, user.token, { 'if-match': '"another"' })
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    const params = { id: user.id, bid: id }
    const { headers } = await service.call('getBankAccount', { params, token: user.token })
    expect((await remove(id, user.token, { 'if-match': headers['etag'] })).status).toBe(204)
  })

  it('hides that of somebody else', async () => {
    const theirs = await add(other.id)
    const foreign = await remove(theirs.id, user.token, {}, other.id)
    expect([foreign.status, foreign.body.detail]).toEqual([
      404,
      `User with ID ${other.id} not found`,
    ])
    const moved = await remove(theirs.id)
    expect([moved.status, moved.body.detail]).toEqual([
      404,
      `Bank account with ID ${theirs.id} not found`,
    ])
    expect(await left(other.id)).toEqual([theirs])
  })

  it('lets staff remove those of customers, but of their colleagues none', async () => {
    expect((await remove((await add()).id, staff.token)).status).toBe(204)
    const { id } = await add(admin.id)
    const { status, body } = await remove(id, staff.token, {}, admin.id)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect((await remove(id, admin.token, {}, admin.id)).status).toBe(204)
  })

  it('refuses a wrong id', async () => {
    const { status, body } = await remove('0')
    expect([status, body.errors[0].path]).toEqual([422, 'params.bid'])
  })

  it('wants a token', async () => {
    const params = { id: user.id, bid: (await add()).id }
    expect((await service.call('deleteBankAccount', { params })).status).toBe(401)
  })
})
