import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BankAccount } from '../../src/generated/schemas.ts'
import { newAccountNumber } from '../setup/account-numbers.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'

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

async function add(fields = {}, id = user.id): Promise<BankAccount> {
  const full = { bank_name: 'Deccan Bank', ifsc_code: 'DECC0001234', account_type: 'savings' }
  const body = { ...full, account_number: newAccountNumber(), ...fields }
  const { token } = admin
  return (await service.call('createBankAccount', { params: { id }, token, body })).body
}
const update = (bid: number, body: unknown, token = user.token, headers = {}, id = user.id) =>
  service.call('updateBankAccount', { params: { id, bid }, body, token, headers })
const read = async (bid: number, id = user.id) =>
  (await service.call('getBankAccount', { params: { id, bid }, token: admin.token })).body

describe('updateBankAccount', () => {
  it('changes the given fields and leaves the others', async () => {
    const before = await add()
    const { status, headers, body } = await update(before.id, { account_type: 'current' })
    expect(status).toBe(200)
    expect(headers['etag']).toEqual(expect.any(String))
    expect(body).toEqual({ ...before, account_type: 'current', updated_at: body.updated_at })
    expect(await read(before.id)).toEqual(body)
  })

  it('removes what is null, and changes the name with what it is found by', async () => {
    const { id } = await add()
    const changes = { ifsc_code: null, account_type: null, bank_name: 'COAST Union' }
    const { body } = await update(id, changes)
    expect(body.bank_name).toBe('COAST Union')
    for (const field of ['ifsc_code', 'account_type']) expect(body).not.toHaveProperty(field)
    const query = 'SELECT bank_key FROM bank_accounts WHERE id = $1'
    expect(await service.database.query(query, [id])).toEqual([{ bank_key: 'coast union' }])
  })

  it('changes the number, and frees the one before', async () => {
    const before = newAccountNumber()
    const after = newAccountNumber()
    const { id } = await add({ account_number: before })
    const { status, body } = await update(id, { account_number: after.toLowerCase() })
    expect([status, body.account_number]).toEqual([200, `${'*'.repeat(12)}${after.slice(-4)}`])
    const freed = await add({ account_number: before }, other.id)
    expect(freed.account_number.slice(-4)).toBe(before.slice(-4))
    const [row] = await service.database.query<{ id: string }>(
      'SELECT id FROM bank_accounts WHERE account_number_index = $1',
      [service.services.crypto.blindIndex('bank_accounts.account_number', after)],
    )
    expect(Number(row?.id)).toBe(id)
  })

  it('lets one send one’s own number again, in other letters', async () => {
    const account_number = newAccountNumber()
    const { id } = await add({ account_number })
    for (const number of [account_number, account_number.toLowerCase()])
      expect((await update(id, { account_number: number })).status).toBe(200)
  })

  it('refuses the number of another, and changes nothing', async () => {
    const account_number = newAccountNumber()
    await add({ account_number }, other.id)
    const before = await add()
    const { etag } = (
      await service.call('getBankAccount', {
        ...{ params: { id: user.id, bid: before.id }, token: user.token },
      })
    ).headers
    const body = { account_number: account_number.toLowerCase(), account_type: 'current' }
    for (const headers of [{}, { 'if-match': etag }]) {
      const answer = await update(before.id, body, user.token, headers)
      expect([answer.status, answer.body.code]).toEqual([409, 'account_number_taken'])
      expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(account_number, 'i'))
    }
    expect(await read(before.id)).toEqual(before)
  })

  it('does not wait for one who is about to give up the number: they may be waiting for ours', async () => {
    const account_number = newAccountNumber()
    const theirs = await add({ account_number }, other.id)
    const mine = await add()
    const session = await openSession(service.database.url)
    try {
      await session.query('BEGIN')
      const change = 'UPDATE bank_accounts SET account_number_index = $1 WHERE id = $2'
      await session.query(change, [Buffer.from(newAccountNumber()), theirs.id])
      expect((await update(mine.id, { account_number })).status).toBe(409)
      await session.query('COMMIT')
    } finally {
      await session.close()
    }
    expect((await update(mine.id, { account_number })).status).toBe(200)
  })

  it('gives a number to one of many who change theirs to it at the same moment', async () => {
    const accounts = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const { id } = await service.createCustomer(staff.token)
        return await add({}, id)
      }),
    )
    const account_number = newAccountNumber()
    const answers = await Promise.all(
      accounts.map(({ id, user_id }, index) => {
        const headers = index % 2 === 0 ? { 'if-match': '*' } : {}
        return update(id, { account_number }, staff.token, headers, user_id)
      }),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 409)])
  })

  it('makes one primary and ends the former’s being so', async () => {
    const customer = await service.createCustomer(staff.token)
    const former = await add({ is_primary: true }, customer.id)
    const next = await add({}, customer.id)
    const now = await update(next.id, { is_primary: true }, staff.token, {}, customer.id)
    expect(now.body.is_primary).toBe(true)
    const before = await read(former.id, customer.id)
    expect(before).toEqual({ ...former, is_primary: false, updated_at: before.updated_at })
    const ended = await update(next.id, { is_primary: false }, staff.token, {}, customer.id)
    expect(ended.body.is_primary).toBe(false)
    expect((await read(former.id, customer.id)).is_primary).toBe(false)
  })

  it('changes only what one has seen, with If-Match', async () => {
    const { id } = await add()
    const params = { id: user.id, bid: id }
    const seen = await service.call('getBankAccount', { params, token: user.token })
    const ifMatch = { 'if-match': String(seen.headers['etag']) }
    expect((await update(id, { account_type: 'first' }, user.token, ifMatch)).status).toBe(200)
    const stale = await update(id, { account_type: 'second' }, user.token, ifMatch)
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    expect((await read(id)).account_type).toBe('first')
  })

  it('refuses a masked number sent back', async () => {
    const { id, account_number } = await add()
    const { status, body } = await update(id, { account_number })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({
      ...{ path: '/account_number', code: 'pattern', message: expect.any(String) },
    })
  })

  it.each([
    ['', 'minProperties', {}],
    ['/bank_name', 'type', { bank_name: null }],
    ['/bank_name', 'pattern', { bank_name: ' ' }],
    ['/account_number', 'type', { account_number: null }],
    ['/account_number', 'pattern', { account_number: '12-34-56' }],
    ['/ifsc_code', 'form', { ifsc_code: 'AB' }],
    ['/account_type', 'form', { account_type: '' }],
    ['/is_primary', 'type', { is_primary: 'yes' }],
    ['/id', 'unknown_field', { id: 1 }],
  ])('refuses %j by its rule %s, and changes nothing', async (path, code, body) => {
    const before = await add()
    const answer = await update(before.id, body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({ path, code, message: expect.any(String) })
    expect(await read(before.id)).toEqual(before)
  })

  it('hides that of somebody else', async () => {
    const theirs = await add({}, other.id)
    const change = { account_type: 'mine' }
    const foreign = await update(theirs.id, change, user.token, {}, other.id)
    expect([foreign.status, foreign.body.detail]).toEqual([
      404,
      `User with ID ${other.id} not found`,
    ])
    const moved = await update(theirs.id, change)
    expect([moved.status, moved.body.detail]).toEqual([
      404,
      `Bank account with ID ${theirs.id} not found`,
    ])
    expect(await read(theirs.id, other.id)).toEqual(theirs)
  })

  it('lets staff change those of customers, but of their colleagues none', async () => {
    const change = { account_type: 'current' }
    expect((await update((await add()).id, change, staff.token)).status).toBe(200)
    const colleagues = await add({}, admin.id)
    const { status, body } = await update(colleagues.id, change, staff.token, {}, admin.id)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect(await read(colleagues.id, admin.id)).toEqual(colleagues)
  })

  it('wants a token', async () => {
    const params = { id: user.id, bid: (await add()).id }
    const answer = await service.call('updateBankAccount', { params, body: { is_primary: true } })
    expect(answer.status).toBe(401)
  })
})
