import { describe, expect, it } from 'vitest'
import { newAccountNumber } from '../setup/account-numbers.ts'
import { testCreation } from '../setup/user-records/create.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { bankAccounts } from './kind.ts'

const records = useUserRecords(bankAccounts)
const { cast, create, get, all } = records
const valid = bankAccounts.required

describe('createBankAccount', () => {
  testCreation(records, {
    sent: {
      bank_name: 'Bank für Köpfe',
      ifsc_code: 'decc0001234',
      account_type: 'savings',
      account_number: 'gb29NWBK6016',
      is_primary: true,
    },
    shown: { account_number: '********6016' },
    refusals: [
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
    ],
  })

  it.each([
    ['123456', '**3456'],
    [`${'a'.repeat(33)}z`, `${'*'.repeat(30)}AAAZ`],
  ])('masks %s as %s, for staff and admins too', async (account_number, masked) => {
    const { body } = await create(cast.user.id, { ...valid(), account_number })
    expect(body.account_number).toBe(masked)
    for (const { token } of [cast.staff, cast.admin])
      expect((await get(body.id, token)).body.account_number).toBe(masked)
  })

  it('stores the number unreadable, and the bank’s name without regard to case too', async () => {
    const sent = { bank_name: 'DECCAN Bank', account_number: 'UNREADABLE0042' }
    const { body } = await create(cast.user.id, sent)
    const query = 'SELECT * FROM bank_accounts WHERE id = $1'
    const [row] = await cast.service.database.query(query, [body.id])
    expect(row?.['bank_key']).toBe('deccan bank')
    for (const value of Object.values(row ?? {})) {
      const text = Buffer.isBuffer(value) ? value.toString('latin1') : String(value)
      expect(text).not.toMatch(/unreadable|0042/i)
    }
  })

  it('refuses a number that somebody has, without regard to case, and does not tell who', async () => {
    const account_number = newAccountNumber()
    expect(
      (await create(cast.other.id, { ...valid(), account_number }, cast.staff.token)).status,
    ).toBe(201)
    const again = { ...valid(), account_number: account_number.toLowerCase(), is_primary: true }
    const mine = await cast.service.createAccount()
    const primary = await create(mine.id, { ...valid(), is_primary: true }, mine.token)
    const { status, body } = await create(mine.id, again, mine.token)
    expect([status, body.code]).toEqual([409, 'account_number_taken'])
    expect(body.detail).toBe('This account number is in use already')
    expect(JSON.stringify(body)).not.toMatch(new RegExp(account_number, 'i'))
    // The former primary account has stayed it.
    expect(await all(mine.id)).toEqual([primary.body])
  })

  it('gives a number to one of twenty who want it at the same moment', async () => {
    const account_number = newAccountNumber()
    const customers = await Promise.all(
      Array.from({ length: 4 }, () => cast.service.createCustomer(cast.staff.token)),
    )
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const id = customers[index % 4]?.id as number
        const number = index % 2 === 0 ? account_number : account_number.toLowerCase()
        const body = { bank_name: 'Deccan Bank', account_number: number, is_primary: true }
        const headers = index % 3 === 0 ? { 'idempotency-key': `wanted-${index}` } : {}
        return create(id, body, cast.staff.token, headers)
      }),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)])
  })
})
