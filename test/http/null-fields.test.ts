import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import type { TestService } from '../setup/service.ts'

const cast = useCast()

type Operation = Parameters<TestService['call']>[0]

/** What each operation creates, without the fields that the record may lack, and these fields. */
const creations = (): readonly (readonly [Operation, object, readonly string[]])[] => {
  const { user } = cast
  return [
    ['createUser', { name: 'A', email: 'null.fields@example.com' }, ['age', 'pincode']],
    ['register', { username: 'null.fields', password: 'some new password' }, ['email', 'age']],
    ['createTask', { title: 'T' }, ['description', 'due_date']],
    ['createApiKey', { name: 'K', scopes: ['users:read'] }, ['expires_at']],
    ['createEmployment', { company_name: 'C' }, ['job_title', 'start_date', 'end_date']],
    [
      'createBankAccount',
      { bank_name: 'B', account_number: 'NULL0001234' },
      ['ifsc_code', 'account_type'],
    ],
    [
      'createTransaction',
      {
        user_id: user.id,
        transaction_date: '2026-01-31',
        transaction_amount: '1.00',
        transaction_type: 'debit',
      },
      ['description', 'reference'],
    ],
  ]
}

const nulls = (fields: readonly string[]) =>
  Object.fromEntries(fields.map((field) => [field, null]))

describe('a field that is null when a record is created', () => {
  it('is a field that was not given', async () => {
    const { service, admin, user } = cast
    for (const [operation, required, fields] of creations()) {
      const { status, body } = await service.call(operation, {
        body: { ...required, ...nulls(fields) },
        params: { id: user.id },
        token: admin.token,
      })
      expect([operation, status]).toEqual([operation, 201])
      const record = body.user ?? body.task ?? body
      for (const field of fields) expect(record, operation).not.toHaveProperty(field)
    }
  })

  it('is none in bulk either', async () => {
    const { service, staff, user } = cast
    const age = { age: null, pincode: null }
    const users = await service.call('bulkCreateUsers', {
      token: staff.token,
      body: { users: [{ name: 'B', email: 'null.bulk@example.com', ...age }] },
    })
    expect([users.status, users.body.created]).toEqual([201, 1])
    expect(users.body.results[0].user).not.toHaveProperty('age')
    const [, transaction] = creations().at(-1) ?? []
    const transactions = await service.call('bulkCreateTransactions', {
      token: staff.token,
      body: { transactions: [{ ...transaction, description: null, reference: null }] },
    })
    expect([transactions.status, transactions.body.created]).toEqual([201, 1])
    expect(transactions.body.results[0].transaction).toMatchObject({ user_id: user.id })
  })

  it('keeps its other rules and their codes', async () => {
    const { service, staff } = cast
    const { body } = await service.call('createUser', {
      token: staff.token,
      body: { name: 'A', email: 'null.rules@example.com', age: 151, pincode: 560001 },
    })
    expect(body.errors).toEqual([
      { in: 'body', path: '/age', code: 'maximum', message: 'must be at most 150' },
      { in: 'body', path: '/pincode', code: 'type', message: expect.stringContaining('or null') },
    ])
  })
})
