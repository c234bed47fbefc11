import { describe, expect, it } from 'vitest'
import { newAccountNumber } from '../setup/account-numbers.ts'
import { openSession } from '../setup/session.ts'
import { useUserRecords } from '../setup/user-records/records.ts'
import { testUpdate } from '../setup/user-records/update.ts'
import { bankAccounts } from './kind.ts'

const records = useUserRecords(bankAccounts)
const { cast, add, update, get, read } = records

describe('updateBankAccount', () => {
  testUpdate(records, [
    ['', 'minProperties', {}],
    ['/bank_name', 'type', { bank_name: null }],
    ['/bank_name', 'pattern', { bank_name: ' ' }],
    ['/account_number', 'type', { account_number: null }],
    ['/account_number', 'pattern', { account_number: '12-34-56' }],
    ['/ifsc_code', 'pattern', { ifsc_code: 'AB' }],
    ['/account_type', 'minLength', { account_type: '' }],
    ['/is_primary', 'type', { is_primary: 'yes' }],
    ['/id', 'unknown_field', { id: 1 }],
  ])

  it('changes the number, and frees the one before', async () => {
    const before = newAccountNumber()
    const after = newAccountNumber()
    const { id } = await add({ account_number: before })
    const { status, body } = await update(id, { account_number: after.toLowerCase() })
    expect([status, body.account_number]).toEqual([200, `${'*'.repeat(12)}${after.slice(-4)}`])
    const freed = await add({ account_number: before }, cast.other.id)
    expect(freed.account_number.slice(-4)).toBe(before.slice(-4))
    const [row] = await cast.service.database.query<{ id: string }>(
      'SELECT id FROM bank_accounts WHERE account_number_index = $1',
      [cast.service.services.crypto.blindIndex('bank_accounts.account_number', after)],
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
    await add({ account_number }, cast.other.id)
    const before = await add()
    const { etag } = (await get(before.id)).headers
    const body = { account_number: account_number.toLowerCase(), account_type: 'current' }
    for (const headers of [{}, { 'if-match': etag }]) {
      const answer = await update(before.id, body, cast.user.token, headers)
      expect([answer.status, answer.body.code]).toEqual([409, 'account_number_taken'])
      expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(account_number, 'i'))
    }
    expect(await read(before.id)).toEqual(before)
  })

  it('does not wait for one who is about to give up the number: they may be waiting for ours', async () => {
    const account_number = newAccountNumber()
    const theirs = await add({ account_number }, cast.other.id)
    const mine = await add()
    const session = await openSession(cast.service.database.url)
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
        const { id } = await cast.service.createCustomer(cast.staff.token)
        return await add({}, id)
      }),
    )
    const account_number = newAccountNumber()
    const answers = await Promise.all(
      accounts.map(({ id, user_id }, index) => {
        const headers = index % 2 === 0 ? { 'if-match': '*' } : {}
        return update(id, { account_number }, cast.staff.token, headers, user_id)
      }),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 409)])
  })

  it('refuses a masked number sent back', async () => {
    const { id, account_number } = await add()
    const { status, body } = await update(id, { account_number })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({
      in: 'body',
      path: '/account_number',
      code: 'pattern',
      message: expect.any(String),
    })
  })
})
