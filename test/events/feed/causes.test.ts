import { describe, expect, it } from 'vitest'
import { useCast } from '../../setup/cast.ts'
import { queryOnce } from '../../setup/figures.ts'
import { insertDays, insertUser } from '../../setup/rows.ts'
import { forget, pendingOf, typesOf } from './pending.ts'

const cast = useCast()

const COLUMNS =
  'user_id, full_name, transaction_date, transaction_amount, transaction_type, currency'

/** A user without pending events. */
async function quietUser(): Promise<number> {
  const { database } = cast.service
  const user = await insertUser(database)
  await forget(database)
  return user
}

/** One whom the API knows. */
async function quietCustomer(): Promise<number> {
  const { id } = await cast.service.createCustomer(cast.staff.token)
  await forget(cast.service.database)
  return id
}

describe('a transaction', () => {
  it('raises an event for each of its changes by the API, with the request', async () => {
    const { service, staff } = cast
    const user = await quietCustomer()
    const { token } = staff
    const headers = { 'x-request-id': 'the-request' }
    const { body } = await service.call('createTransaction', {
      token,
      headers,
      body: {
        user_id: user,
        transaction_date: '2026-03-01T10:15:00+05:30',
        transaction_amount: 12.5,
        transaction_type: 'credit',
        description: 'Salary',
        reference: 'R-1',
        full_name: 'Nobody Known',
      },
    })
    const params = { id: body.id }
    await service.call('updateTransaction', {
      token,
      headers,
      params,
      body: { transaction_amount: 7 },
    })
    await service.call('deleteTransaction', { token, headers, params })
    const data = (amount: string) => ({
      transaction_id: body.id,
      transaction_date: '2026-03-01T04:45:00.000Z',
      transaction_amount: amount,
      transaction_type: 'credit',
      currency: 'USD',
    })
    const common = { user_id: user, request_id: 'the-request' }
    expect(await pendingOf(service.database, user)).toEqual([
      { ...common, type: 'transaction.created', data: data('12.5000') },
      { ...common, type: 'transaction.updated', data: data('7.0000') },
      { ...common, type: 'transaction.deleted', data: data('7.0000') },
    ])
  })

  it('raises the same events by SQL', async () => {
    const { database } = cast.service
    const user = await quietUser()
    await insertDays(database, user, 2)
    await database.query(
      `UPDATE transactions SET currency = 'EUR' WHERE user_id = $1 AND transaction_date < '2020-01-02'`,
      [user],
    )
    await database.query('DELETE FROM transactions WHERE user_id = $1', [user])
    expect(await typesOf(database, user)).toEqual([
      'transaction.created',
      'transaction.created',
      'transaction.updated',
      'transaction.deleted',
      'transaction.deleted',
    ])
  })

  it('raises an event by COPY', async () => {
    const { database } = cast.service
    const user = await quietUser()
    const line = [user, '', '2026-03-01T10:00:00Z', '0.10', 'credit', 'USD'].join(',')
    await queryOnce(
      database.superuserUrl,
      `COPY transactions (${COLUMNS}) FROM PROGRAM 'printf "${line}\\n"' (FORMAT csv, FORCE_NOT_NULL (full_name))`,
    )
    expect(await typesOf(database, user)).toEqual(['transaction.created'])
  })

  it('raises an event for each of a bulk request, and none that was not stored', async () => {
    const { service, staff } = cast
    const user = await quietCustomer()
    const item = (transaction_amount: string) => ({
      user_id: user,
      transaction_date: '2026-03-01',
      transaction_amount,
      transaction_type: 'debit',
    })
    await service.call('bulkCreateTransactions', {
      token: staff.token,
      body: { mode: 'partial', transactions: [item('1.00'), item('0'), item('2.00')] },
    })
    const amounts = (await pendingOf(service.database, user)).map(({ data }) => data)
    expect(amounts).toMatchObject([
      { transaction_amount: '1.0000' },
      { transaction_amount: '2.0000' },
    ])
  })

  it('raises events by statements of 1,000, and none by one of 1,001', async () => {
    const { database } = cast.service
    const user = await quietUser()
    await insertDays(database, user, 1_000)
    expect(await typesOf(database, user)).toHaveLength(1_000)
    await database.query(`UPDATE transactions SET transaction_amount = 2 WHERE user_id = ${user}`)
    expect(await typesOf(database, user)).toHaveLength(2_000)
    await forget(database)
    await insertDays(database, user, 1_001)
    await database.query(`UPDATE transactions SET transaction_amount = 3 WHERE user_id = ${user}`)
    await database.query(`DELETE FROM transactions WHERE user_id = ${user}`)
    expect(await typesOf(database, user)).toEqual([])
  })

  it('raises none that is rolled back', async () => {
    const { database } = cast.service
    const user = await quietUser()
    await expect(
      database.query(
        `INSERT INTO transactions (${COLUMNS})
         SELECT $1, '', now(), amount, 'credit', 'USD' FROM unnest(ARRAY[1, 0]) AS amount`,
        [user],
      ),
    ).rejects.toThrow('transactions_amount_check')
    expect(await typesOf(database, user)).toEqual([])
  })

  it('raises an event for each row of a TRUNCATE, as of a DELETE', async () => {
    const { database } = cast.service
    const user = await quietUser()
    await database.query('DELETE FROM transactions')
    await insertDays(database, user, 2)
    await forget(database)
    await database.query('TRUNCATE transactions')
    expect(await typesOf(database, user)).toEqual(['transaction.deleted', 'transaction.deleted'])
  })
})

describe('a user', () => {
  it('raises an event for each change by the API, with the request', async () => {
    const { service, admin } = cast
    const { token } = admin
    const headers = { 'x-request-id': 'the-user-request' }
    const body = { name: 'Asha Rao', email: 'asha.rao@customers.example' }
    const created = await service.call('createUser', { token, headers, body })
    const { id } = created.body
    const event = (type: string) => ({
      type,
      user_id: id,
      data: { user_id: id },
      request_id: 'the-user-request',
    })
    const params = { id }
    await service.call('updateUser', { token, headers, params, body: { age: 40 } })
    expect(await pendingOf(service.database, id)).toEqual([
      event('user.created'),
      event('user.updated'),
    ])
    await service.call('deleteUser', { token, headers, params })
    expect(await pendingOf(service.database, id)).toEqual([event('user.deleted')])
  })

  it('raises an event for each of bulk requests', async () => {
    const { service, admin } = cast
    const { token } = admin
    const headers = { 'x-request-id': 'the-bulk' }
    const users = [1, 2].map((n) => ({ name: 'Bulk', email: `bulk${n}@customers.example` }))
    const { body } = await service.call('bulkCreateUsers', { token, headers, body: { users } })
    const ids: number[] = body.results.map(({ user }: { user: { id: number } }) => user.id)
    for (const id of ids) {
      expect(await pendingOf(service.database, id)).toMatchObject([
        { type: 'user.created', request_id: 'the-bulk' },
      ])
    }
    await service.call('bulkDeleteUsers', { token, headers, body: { ids } })
    for (const id of ids) {
      expect(await pendingOf(service.database, id)).toMatchObject([
        { type: 'user.deleted', request_id: 'the-bulk' },
      ])
    }
  })

  it.each([
    ['age = 7', ['user.updated']],
    [`pincode = '1234'`, ['user.updated']],
    [`role = 'staff'`, ['user.updated']],
    ['disabled_at = now()', ['user.updated']],
    [`email = '\\x01', email_index = '\\x01'`, ['user.updated']],
    [`name = '\\x01'`, ['user.updated']],
    [`username = 'someone-new'`, ['user.updated']],
    [`password_hash = 'x', updated_at = now()`, []],
    [`name_index = '\\x01', search_index = '{1}'`, []],
    ['age = age', []],
  ])('raises what SQL changes that callers see: %s', async (change, types) => {
    const { database } = cast.service
    const user = await quietUser()
    await database.query(`UPDATE users SET ${change} WHERE id = $1`, [user])
    expect(await typesOf(database, user)).toEqual(types)
  })

  it('raises none with a new password, a login or a rotation of keys', async () => {
    const { service } = cast
    const account = await service.createAccount()
    await forget(service.database)
    const { body } = await service.call('login', { body: account })
    expect(body).toHaveProperty('errors')
    const { token } = await service.logIn(account)
    await service.call('changePassword', {
      token,
      body: { current_password: account.password, new_password: 'another long secret 81' },
    })
    await service.createTransaction(account.token, { user_id: account.id })
    await forget(service.database)
    await service.database.query(`DO $$ BEGIN
      SET LOCAL passbook.key_rotation = 'on';
      UPDATE users SET name = '\\x02';
      UPDATE transactions SET full_name = '\\x02';
    END $$`)
    expect(await typesOf(service.database, account.id)).toEqual([])
  })
})

describe('an import or a report', () => {
  const statuses = async (table: string, columns: string, values: string) => {
    const { database } = cast.service
    const user = await quietUser()
    const [row] = await database.query<{ id: string }>(
      `INSERT INTO ${table} (user_id, request_id, ${columns}) VALUES ($1, 'req', ${values}) RETURNING id`,
      [user],
    )
    const id = Number(row?.id)
    const change = (status: string) =>
      database.query(`UPDATE ${table} SET status = $2 WHERE id = $1`, [id, status])
    return { id, user, change, pending: () => pendingOf(database, user) }
  }
  const anImport = () => statuses('imports', 'kind, name, options', `'users', 'users', '{}'`)
  const aReport = () =>
    statuses('reports', 'group_by, format, include_members', `'{bank}', 'json', false`)

  it.each(['completed', 'failed'])('raises import.%s once', async (status) => {
    const { id, user, change, pending } = await anImport()
    for (const next of ['queued', 'running', status, status]) await change(next)
    expect(await pending()).toEqual([
      { type: `import.${status}`, user_id: user, data: { import_id: id }, request_id: 'req' },
    ])
  })

  it('raises report.completed once', async () => {
    const { id, user, change, pending } = await aReport()
    for (const next of ['running', 'completed', 'completed']) await change(next)
    expect(await pending()).toEqual([
      { type: 'report.completed', user_id: user, data: { report_id: id }, request_id: 'req' },
    ])
  })

  it('raises nothing when an import is cancelled or a report fails', async () => {
    const [cancelled, failed] = [await anImport(), await aReport()]
    await cancelled.change('cancelled')
    await failed.change('failed')
    expect([await cancelled.pending(), await failed.pending()]).toEqual([[], []])
  })
})
