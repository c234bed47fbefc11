import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

const create = (id: number, body: unknown, token = user.token, request = {}) =>
  service.call('createBankAccount', { params: { id }, body, token, ...request })
const valid = () => ({ bank_name: 'Deccan Bank', account_number: newAccountNumber() })

describe('createBankAccount', () => {
  it('answers with the account, its number masked, and where it is', async () => {
    const fields = {
      bank_name: 'Bank für Köpfe',
      ifsc_code: 'decc0001234',
      account_type: 'savings',
    }
    const sent = { ...fields, account_number: 'gb29NWBK6016', is_primary: true }
    const { status, headers, body } = await create(user.id, sent)
    expect(status).toBe(201)
    expect(headers['location']).toBe(`/v1/users/${user.id}/bank-accounts/${body.id}`)
    expect(body).toEqual({
      ...{ ...fields, id: expect.any(Number), user_id: user.id, is_primary: true },
      ...{ account_number: '********6016' },
      ...{ created_at: expect.any(String), updated_at: body.created_at },
    })
    const params = { id: user.id, bid: body.id }
    const read = await service.call('getBankAccount', { params, token: user.token })
    expect(read.body).toEqual(body)
    expect(read.headers['etag']).toBe(headers['etag'])
  })

  it.each([
    ['123456', '**3456'],
    [`${'a'.repeat(33)}z`, `${'*'.repeat(30)}AAAZ`],
  ])('masks %s as %s, for staff and admins too', async (account_number, masked) => {
    const { body } = await create(user.id, { ...valid(), account_number })
    expect(body.account_number).toBe(masked)
    const params = { id: user.id, bid: body.id }
    for (const { token } of [staff, admin]) {
      const read = await service.call('getBankAccount', { params, token })
      expect(read.body.account_number).toBe(masked)
    }
  })

  it('is not primary unless it is said to be, and leaves out what has no value', async () => {
    const { body } = await create(user.id, valid())
    expect(body.is_primary).toBe(false)
    for (const field of ['ifsc_code', 'account_type']) expect(body).not.toHaveProperty(field)
  })

  it('ends the former’s being primary, of this user alone', async () => {
    const one = await service.createCustomer(staff.token)
    const two = await service.createCustomer(staff.token)
    const primary = () => ({ ...valid(), is_primary: true })
    const theirs = await create(two.id, primary(), staff.token)
    const former = await create(one.id, primary(), staff.token)
    const now = await create(one.id, primary(), staff.token)
    await create(one.id, valid(), staff.token)
    const list = async (id: number) =>
      (await service.call('listBankAccounts', { params: { id }, token: staff.token })).body
    expect(await list(one.id)).toMatchObject([
      ...[
        { id: former.body.id, is_primary: false },
        { id: now.body.id, is_primary: true },
      ],
      { is_primary: false },
    ])
    expect(await list(two.id)).toEqual([theirs.body])
  })

  it('stores the number unreadable, and the bank’s name without regard to case too', async () => {
    const sent = { bank_name: 'DECCAN Bank', account_number: 'UNREADABLE0042' }
    const { body } = await create(user.id, sent)
    const query = 'SELECT * FROM bank_accounts WHERE id = $1'
    const [row] = await service.database.query(query, [body.id])
    expect(row?.['bank_key']).toBe('deccan bank')
    for (const value of Object.values(row ?? {})) {
      const text = Buffer.isBuffer(value) ? value.toString('latin1') : String(value)
      expect(text).not.toMatch(/unreadable|0042/i)
    }
  })

  it.each([
    ['the longest name', '\u{1f600}'.repeat(200)],
    ['one that takes most room without regard to case', '\ufdfa'.repeat(200)],
  ])('takes %s', async (_, bank_name) => {
    const { status, body } = await create(user.id, { ...valid(), bank_name })
    expect([status, body.bank_name]).toEqual([201, bank_name])
  })

  it('refuses a number that somebody has, without regard to case, and does not tell who', async () => {
    const account_number = newAccountNumber()
    expect((await create(other.id, { ...valid(), account_number }, staff.token)).status).toBe(201)
    const again = { ...valid(), account_number: account_number.toLowerCase(), is_primary: true }
    const mine = await service.createAccount()
    const primary = await create(mine.id, { ...valid(), is_primary: true }, mine.token)
    const { status, body } = await create(mine.id, again, mine.token)
    expect([status, body.code]).toEqual([409, 'account_number_taken'])
    expect(body.detail).toBe('This account number is in use already')
    expect(JSON.stringify(body)).not.toMatch(new RegExp(account_number, 'i'))
    // The former primary account has stayed it.
    const request = { params: { id: mine.id }, token: mine.token }
    expect((await service.call('listBankAccounts', request)).body).toEqual([primary.body])
  })

  it('gives a number to one of twenty who want it at the same moment', async () => {
    const account_number = newAccountNumber()
    const customers = await Promise.all(
      Array.from({ length: 4 }, () => service.createCustomer(staff.token)),
    )
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const id = customers[index % 4]?.id as number
        const number = index % 2 === 0 ? account_number : account_number.toLowerCase()
        const body = { bank_name: 'Deccan Bank', account_number: number, is_primary: true }
        const headers = index % 3 === 0 ? { 'idempotency-key': `wanted-${index}` } : {}
        return create(id, body, staff.token, { headers })
      }),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)])
  })

  it('is done once, however often it is sent under one key', async () => {
    const request = { headers: { 'idempotency-key': 'the account' } }
    const body = valid()
    const first = await create(user.id, body, user.token, request)
    const again = await create(user.id, body, user.token, request)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect([again.status, again.body]).toEqual([201, first.body])
  })

  it.each([
    ['/bank_name', 'required', { bank_name: undefined }],
    ['/bank_name', 'pattern', { bank_name: '  ' }],
    ['/bank_name', 'pattern', { bank_name: 'A\u0000' }],
    ['/bank_name', 'maxLength', { bank_name: 'n'.repeat(201) }],
    ['/account_number', 'required', { account_number: undefined }],
    ['/account_number', 'pattern', { account_number: '12345' }],
    ['/account_number', 'pattern', { account_number: '1'.repeat(35) }],
    ['/account_number', 'pattern', { account_number: '**********7890' }],
    ['/account_number', 'pattern', { account_number: '1234 5678' }],
    ['/account_number', 'pattern', { account_number: '１２３４５６' }],
    ['/account_number', 'pattern', { account_number: '123456\n' }],
    ['/account_number', 'type', { account_number: 12345678 }],
    ['/ifsc_code', 'pattern', { ifsc_code: 'ABC' }],
    ['/ifsc_code', 'pattern', { ifsc_code: 'A'.repeat(21) }],
    ['/ifsc_code', 'pattern', { ifsc_code: 'DECC-0001' }],
    ['/account_type', 'pattern', { account_type: ' ' }],
    ['/account_type', 'maxLength', { account_type: 'n'.repeat(51) }],
    ['/is_primary', 'type', { is_primary: 1 }],
    ['/user_id', 'unknown_field', { user_id: 1 }],
  ])('refuses %s by its rule %s', async (path, code, fields) => {
    const { status, body } = await create(user.id, { ...valid(), ...fields })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ path, code, message: expect.any(String) })
  })

  it('hides somebody else from users', async () => {
    const { status, body } = await create(other.id, valid())
    expect([status, body.detail]).toEqual([404, `User with ID ${other.id} not found`])
  })

  it('answers 404 where there is no user', async () => {
    expect((await create(999_999, valid(), staff.token)).status).toBe(404)
  })

  it('lets staff add to customers and themselves, but to their colleagues not', async () => {
    expect((await create(other.id, valid(), staff.token)).status).toBe(201)
    expect((await create(staff.id, valid(), staff.token)).status).toBe(201)
    const { status, body } = await create(admin.id, valid(), staff.token)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect((await create(staff.id, valid(), admin.token)).status).toBe(201)
  })

  it('wants a token', async () => {
    const params = { id: user.id }
    expect((await service.call('createBankAccount', { params, body: valid() })).status).toBe(401)
  })
})
