import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ImportOptions } from '../../../src/features/imports/kinds/options.ts'
import type { User } from '../../../src/generated/schemas.ts'
import { readLedger, readStatistics } from '../../setup/ledger.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'
import { openSession, WAITING_FOR_LOCKS } from '../../setup/session.ts'
import { openRecordLoads } from './record-loads.ts'

let service: TestService
let staff: Account
let user: User
let other: User
let load: (file: string, options?: Partial<ImportOptions>) => ReturnType<LoadRecords>
type LoadRecords = ReturnType<typeof openRecordLoads>

beforeAll(async () => {
  service = await startTestService({ worker: true })
  staff = await service.createAccount('staff')
  const loadRecords = openRecordLoads(service)
  load = (file, options) => loadRecords('transactions', staff, file, options)
})
beforeEach(async () => {
  user = await service.createCustomer(staff.token, { name: 'Amara Vistorsk' })
  other = await service.createCustomer(staff.token, { name: 'Belor Kesmar' })
})
afterAll(() => service.close())

const HEADER = 'user_id,transaction_date,transaction_amount,transaction_type'

const history = async ({ id }: User) => {
  const { body } = await service.call('listUserTransactions', {
    params: { id },
    token: staff.token,
    query: { per_page: 100 },
  })
  return body
}

const refused = ({ rejects }: Awaited<ReturnType<LoadRecords>>) =>
  rejects.map(({ line, column, code }): [number, string, string] => [line, column.trim(), code])

describe('importing transactions', () => {
  it('books each row like a request, with the user’s name as default', async () => {
    const described = `"a\ttab, a \\ and ""quotes"""`
    const result = await load(
      [
        `${HEADER},full_name,currency,description,reference`,
        `${user.id},2026-01-31T15:45:00+05:30,1250,credit,Someone Else,JPY,${described},R-1`,
        `${user.id},2026-02-01,18.5,debit,,,,`,
        `${other.id},2026-02-01 10:11:12.5,7,debit,,EUR,,R-1`,
      ].join('\n'),
    )
    expect(result.counts).toEqual({ read: 3, loaded: 3, skipped: 0 })
    expect(result.rejects).toEqual([])
    const [second, first] = await history(user)
    expect(first).toMatchObject({
      full_name: 'Someone Else',
      transaction_date: '2026-01-31T10:15:00.000Z',
      transaction_amount: '1250',
      transaction_type: 'credit',
      currency: 'JPY',
      description: 'a\ttab, a \\ and "quotes"',
      reference: 'R-1',
    })
    expect(second).toMatchObject({
      full_name: 'Amara Vistorsk',
      transaction_date: '2026-02-01T00:00:00.000Z',
      transaction_amount: '18.50',
      currency: 'USD',
    })
    expect(second).not.toHaveProperty('reference')
    expect(await history(other)).toMatchObject([
      { full_name: 'Belor Kesmar', transaction_date: '2026-02-01T10:11:12.500Z' },
    ])
  })

  it('finds users by their email address in any case', async () => {
    const result = await load(
      [
        'User_Email ;transaction_date;transaction_amount;transaction_type',
        `${user.email?.toUpperCase()};2026-03-01;1.00;credit`,
        `${user.email};2026-03-02;2.00;credit`,
        'nobody@customers.example;2026-03-02;2.00;credit',
        ';2026-03-02;2.00;credit',
      ]
        .join('\r\n')
        .replace(/^/, '\uFEFF'),
    )
    expect(result.dialect.delimiter).toBe(';')
    expect(result.counts).toMatchObject({ read: 4, loaded: 2 })
    expect(refused(result)).toEqual([
      [4, 'User_Email', 'user_not_found'],
      [5, 'User_Email', 'required'],
    ])
    expect(await history(user)).toHaveLength(2)
  })

  it('refuses what a request would refuse, and keeps the cells', async () => {
    const rows: readonly (readonly [string, string, string])[] = [
      ['1e3,credit,2026-01-01', 'transaction_amount', 'form'],
      ['-5.00,credit,2026-01-01', 'transaction_amount', 'form'],
      ['0,credit,2026-01-01', 'transaction_amount', 'form'],
      ['1.005,credit,2026-01-01', 'transaction_amount', 'amount_digits'],
      ['5.00,CREDITS,2026-01-01', 'transaction_type', 'enum'],
      ['5.00,,2026-01-01', '', 'required'],
      ['5.00,credit,31/01/26', 'transaction_date', 'ambiguous'],
      ['5.00,credit,2026-02-30', 'transaction_date', 'form'],
    ]
    const file = [
      'user_id,transaction_amount,transaction_type,transaction_date',
      ...rows.map(([row]) => `${user.id},${row}`),
      'x,5.00,credit,2026-01-01',
      '999999999,5.00,credit,2026-01-01',
      `${user.id},5.00,credit,2026-01-01`,
    ].join('\n')
    const result = await load(file)
    expect(result.counts).toEqual({ read: 11, loaded: 1, skipped: 0 })
    expect(refused(result)).toEqual([
      ...rows.map(([, column, code], index) => [
        index + 2,
        code === 'required' ? 'transaction_type' : column,
        code,
      ]),
      [10, 'user_id', 'type'],
      [11, 'user_id', 'user_not_found'],
    ])
    expect(result.rejects[0]?.cells).toEqual([String(user.id), '1e3', 'credit', '2026-01-01'])
    expect(result.rejects.map(({ reason }) => reason).join()).not.toMatch(/1e3|31\/01|1\.005/)
    expect(result.rejects[3]?.reason).toBe(
      'transaction_amount must have at most 2 decimals in USD.',
    )
  })

  it('refuses unknown currencies and users, and texts that are too long', async () => {
    const result = await load(
      [
        `${HEADER},currency,description`,
        `${user.id},2026-01-01,5,credit,XXQ,`,
        `${user.id},2026-01-01,5,credit,usd,`,
        `${user.id},2026-01-01,5,credit,USD,${'x'.repeat(501)}`,
        `${user.id},2025-01-01,5,credit,BGN,`,
      ].join('\n'),
    )
    expect(refused(result)).toEqual([
      [2, 'currency', 'currency'],
      [3, 'currency', 'pattern'],
      [4, 'description', 'maxLength'],
      [5, 'currency', 'currency_retired'],
    ])
  })

  it('skips references that exist already, in the file or before', async () => {
    await service.createTransaction(staff.token, { user_id: user.id, reference: 'A' })
    const file = [
      `${HEADER},reference`,
      `${user.id},2026-01-01,5,credit,A`,
      `${user.id},2026-01-02,6,credit,B`,
      `${user.id},2026-01-03,7,credit,B`,
      `${other.id},2026-01-03,7,credit,B`,
      `${other.id},2026-01-03,8,credit,`,
    ].join('\n')
    expect((await load(file)).counts).toEqual({ read: 5, loaded: 3, skipped: 2 })
    const stored = await history(user)
    expect(stored.find(({ reference }: { reference: string }) => reference === 'B')).toMatchObject({
      transaction_amount: '6.00',
    })
    expect((await load(file)).counts).toEqual({ read: 5, loaded: 1, skipped: 4 })
  })

  it('applies renames, defaults, null words, critical columns and number formats of the request', async () => {
    const result = await load(
      [
        'kunde;datum;betrag;art;text',
        `${user.id};2026-01-01;1.250,50;-;x`,
        `${user.id};2026-01-02;7,5;debit;-`,
      ].join('\n'),
      {
        rename: {
          Kunde: 'user_id',
          DATUM: 'transaction_date',
          betrag: 'transaction_amount',
          art: 'transaction_type',
          text: 'description',
        },
        defaults: { art: 'credit', currency: 'EUR' },
        nulls: ['', '-'],
        critical: ['text'],
        numbers: { decimal: ',', thousands: '.', currencySigns: false },
      },
    )
    expect(refused(result)).toEqual([[3, 'text', 'missing_value']])
    expect(await history(user)).toMatchObject([
      { transaction_amount: '1250.50', transaction_type: 'credit', currency: 'EUR' },
    ])
  })

  it.each([
    ['user_id,transaction_date,transaction_type', 'transaction_amount'],
    ['user_id,transaction_date,debit', 'credit'],
    ['user_id,transaction_date,debit,credit,transaction_type', 'transaction_type'],
    [`${HEADER},user_email`, 'user_id and user_email'],
    [`${HEADER},colour`, 'colour'],
    [`${HEADER},Transaction_Type `, 'transaction_type'],
    ['transaction_date,transaction_amount,transaction_type', 'user_id or user_email'],
  ])('fails if the columns are %s', async (header, named) => {
    const width = header.split(',').length
    const file = `${header}\n${Array.from({ length: width }, () => '1').join(',')}\n`
    await expect(load(file)).rejects.toMatchObject({
      name: 'ImportError',
      code: 'columns',
      message: expect.stringContaining(named),
    })
  })

  it('stores names encrypted, and the id of the request', async () => {
    await load(`${HEADER},full_name\n${user.id},2026-01-01,5,credit,Quorvistorsk Lendar`)
    const [row] = await service.database.query<{ text: string; request_id: string }>(
      `SELECT transactions::text AS text, encode(full_name, 'escape') AS name, request_id
       FROM transactions WHERE user_id = $1`,
      [user.id],
    )
    expect(row?.request_id).toBe('test')
    expect(JSON.stringify(row)).not.toContain('Quorvistorsk')
  })

  it('updates the figures of all users of a large file', async () => {
    const users = await Promise.all(
      Array.from({ length: 60 }, () => service.createCustomer(staff.token)),
    )
    const rows = Array.from({ length: 15_000 }, (_, index) => {
      const day = new Date(Date.UTC(2025, 0, 1 + (index % 300))).toISOString().slice(0, 10)
      const type = index % 3 === 0 ? 'debit' : 'credit'
      return `${users[index % 60]?.id},${day},${index % 977}.${10 + (index % 90)},${type}`
    })
    expect((await load([HEADER, ...rows].join('\n'))).counts.loaded).toBe(15_000)
    await service.settled()
    for (const { id } of users) {
      expect(await readStatistics(service.database, id)).toEqual(
        await readLedger(service.database, id),
      )
    }
  })

  it('waits for a request that books the same reference, and then skips the row', async () => {
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query(
      `INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount,
         transaction_type, currency, reference)
       VALUES ($1, '', now(), 1, 'credit', 'USD', 'RACE')`,
      [user.id],
    )
    const loading = load(`${HEADER},reference\n${user.id},2026-01-01,5,credit,RACE`)
    await vi.waitFor(
      async () => expect(await service.database.query(WAITING_FOR_LOCKS)).toEqual([{ count: 1 }]),
      { timeout: 15_000 },
    )
    await session.query('COMMIT')
    await session.close()
    expect((await loading).counts).toEqual({ read: 1, loaded: 0, skipped: 1 })
  })

  it('refuses the rows of a user who is being deleted, and loads the others', async () => {
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query('DELETE FROM users WHERE id = $1', [user.id])
    const result = await load(
      `${HEADER}\n${user.id},2026-01-01,5,credit\n${other.id},2026-01-01,5,credit`,
    )
    await session.query('COMMIT')
    await session.close()
    expect(refused(result)).toEqual([[2, 'user_id', 'user_not_found']])
    expect(await history(other)).toHaveLength(1)
  })
})
