import { beforeEach, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { findProblems, readVersions } from '../setup/integrity.ts'
import { insertDays, insertUser } from '../setup/rows.ts'
import { openSession } from '../setup/session.ts'

const cast = useCast()
let user: number

beforeEach(async () => {
  user = await insertUser(cast.service.database)
})

const query = (text: string, values: readonly unknown[] = []) =>
  cast.service.database.query(text, values)

const changesOf = async (id: number) =>
  (await readVersions(cast.service.database, id)).map(({ change, amount }) => `${change} ${amount}`)

describe('the past', () => {
  const CANNOT = 'the past of transactions cannot be changed'

  it.each([
    'UPDATE transaction_versions SET transaction_amount = 2',
    `UPDATE transaction_versions SET full_name = 'x'`,
    'DELETE FROM transaction_versions',
    'TRUNCATE transaction_versions',
    `UPDATE chain_links SET hash = ''`,
    'DELETE FROM chain_links',
    'TRUNCATE chain_links',
  ])('refuses %s', async (statement) => {
    await insertDays(cast.service.database, user, 1)
    await expect(query(statement)).rejects.toThrow(CANNOT)
    expect(await changesOf(user)).toEqual(['created 1'])
  })

  it('refuses more than another name where keys are rotated', async () => {
    await insertDays(cast.service.database, user, 1)
    const rotate = (set: string) =>
      query(
        `DO $$ BEGIN SET LOCAL passbook.key_rotation = 'on';
           UPDATE transaction_versions SET ${set} WHERE user_id = ${user}; END $$`,
      )
    await expect(rotate(`full_name = 'x', currency = 'EUR'`)).rejects.toThrow(CANNOT)
    await rotate(`full_name = 'x'`)
  })

  it('has the name of a transaction encrypted anew with it', async () => {
    await insertDays(cast.service.database, user, 1)
    await query(
      `DO $$ BEGIN SET LOCAL passbook.key_rotation = 'on';
         UPDATE transactions SET full_name = 'anew' WHERE user_id = ${user}; END $$`,
    )
    expect(await changesOf(user)).toEqual(['created 1'])
    expect(await findProblems(cast.service.database, user)).toEqual([])
  })

  it('goes with its user, and an audit entry stays', async () => {
    const customer = await cast.service.createCustomer(cast.staff.token)
    const { id } = await cast.service.createTransaction(cast.staff.token, { user_id: customer.id })
    await cast.service.call('deleteTransaction', { params: { id }, token: cast.staff.token })
    await cast.service.createTransaction(cast.staff.token, { user_id: customer.id })
    await cast.service.call('deleteUser', { params: { id: customer.id }, token: cast.staff.token })
    for (const table of ['transaction_versions', 'chain_links', 'chain_heads']) {
      expect(await query(`SELECT FROM ${table} WHERE user_id = $1`, [customer.id])).toEqual([])
    }
    const entries = await query('SELECT action FROM audit_entries WHERE user_id = $1', [
      customer.id,
    ])
    expect(entries).toEqual([{ action: 'user.delete' }])
  })

  it('goes with all users', async () => {
    await insertDays(cast.service.database, user, 1)
    const session = await openSession(cast.service.database.url)
    await session.query('BEGIN')
    await session.query('TRUNCATE users CASCADE')
    const left = await session.query(
      'SELECT FROM transaction_versions UNION ALL SELECT FROM chain_links UNION ALL SELECT FROM chain_heads',
    )
    await session.query('ROLLBACK')
    await session.close()
    expect(left).toEqual([])
  })
})
