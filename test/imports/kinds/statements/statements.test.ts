import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PLAIN_NUMBERS } from '../../../../src/csv/types/number-format.ts'
import type { ImportOptions } from '../../../../src/features/imports/kinds/options.ts'
import type { Transaction, User } from '../../../../src/generated/schemas.ts'
import { type Account, startTestService, type TestService } from '../../../setup/service.ts'
import { openRecordLoads } from '../record-loads.ts'
import { LAYOUTS } from './layouts.ts'

const ACCOUNTING = { ...PLAIN_NUMBERS, accounting: true } as const

let service: TestService
let staff: Account
let user: User
let loadRecords: ReturnType<typeof openRecordLoads>

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
  loadRecords = openRecordLoads(service)
})
beforeEach(async () => {
  user = await service.createCustomer(staff.token)
})
afterAll(() => service.close())

/** Loads a statement of the user's. */
const load = (file: string | Buffer, options: Partial<ImportOptions> = {}) =>
  loadRecords('transactions', staff, file, { userId: user.id, ...options })

const history = async (): Promise<Transaction[]> => {
  const request = { params: { id: user.id }, token: staff.token, query: { per_page: 100 } }
  return (await service.call('listUserTransactions', request)).body.reverse()
}

const booked = async () =>
  (await history()).map(({ transaction_date, ...one }) => [
    transaction_date.slice(0, 10),
    one.transaction_type,
    one.transaction_amount,
    one.currency,
    one.description,
  ])

const refused = ({ rejects }: Awaited<ReturnType<typeof load>>) =>
  rejects.map(({ line, column, code }) => `${line} ${column} ${code}`)

const MAPPED = {
  fieldColumns: { transaction_date: 'Date', transaction_amount: 'Amount', description: 'Text' },
} as const

describe('a statement', () => {
  it.each(Object.entries(LAYOUTS))('of %s is booked', async (_, layout) => {
    const file = Buffer.from(layout.file, layout.encoding)
    const options = { ...layout.options, hashReference: true } as const
    const first = await load(file, options)
    expect([first.rejects, first.counts.loaded]).toEqual([[], 2])
    expect(await booked()).toEqual(layout.booked)
    expect((await load(file, options)).counts).toEqual({ read: 2, loaded: 0, skipped: 2 })
  })

  it('names the columns that it ignores', async () => {
    const { columns } = await load('Date,Amount,Text,Saldo\n2026-01-31,5,x,5\n', MAPPED)
    expect(columns.map(({ name, ignored = false }) => [name, ignored])).toEqual([
      ['transaction_date', false],
      ['transaction_amount', false],
      ['description', false],
      ['saldo', true],
    ])
  })

  it('may have one column for two fields', async () => {
    const fieldColumns = { ...MAPPED.fieldColumns, reference: 'Text' }
    await load('Date,Amount,Text\n2026-01-31,5,R-1\n', { fieldColumns })
    expect(await history()).toMatchObject([{ description: 'R-1', reference: 'R-1' }])
  })

  it.each([
    [{ transaction_date: 'Day', transaction_amount: 'Amount' }, 'no column Day for'],
    [{ transaction_date: 'Date' }, 'lacks the column transaction_amount'],
    [{ transaction_date: 'Date', debit: 'Amount' }, 'lacks the column credit'],
    [
      { transaction_date: 'Date', transaction_amount: 'Amount', user_id: 'Text' },
      'and the request a user',
    ],
  ])('fails with the columns %j', async (fieldColumns, message) => {
    await expect(
      load('Date,Amount,Text\n2026-01-31,5,x\n', { fieldColumns }),
    ).rejects.toMatchObject({ code: 'columns', message: expect.stringContaining(message) })
  })
})

describe('a statement of dates and amounts that could be read in two ways', () => {
  const FILE = 'Date;Amount;Text\n01/02/2026;1.234;a\n03/04/2026;-5.678;b\n'

  it('is refused, and says what to send', async () => {
    const dates = await load(FILE, { ...MAPPED, numbers: ACCOUNTING })
    expect(refused(dates)).toEqual(['2 Date ambiguous', '3 Date ambiguous'])
    expect(dates.rejects[0]?.reason).toBe(
      'transaction_date could be read in two ways: send date_order with the import.',
    )
    expect(dates.columns.map(({ ambiguous = false }) => ambiguous)).toEqual([true, true, false])
    const amounts = await load(FILE, { ...MAPPED, numbers: ACCOUNTING, dateOrder: 'mdy' })
    expect(refused(amounts)).toEqual(['2 Amount ambiguous', '3 Amount ambiguous'])
    expect(await history()).toEqual([])
  })

  it('is booked as it is declared', async () => {
    const numbers = { ...ACCOUNTING, decimal: ',', isDeclared: true } as const
    await load(FILE, { ...MAPPED, numbers, dateOrder: 'mdy' })
    expect(await booked()).toEqual([
      ['2026-01-02', 'credit', '1234.00', 'USD', 'a'],
      ['2026-03-04', 'debit', '5678.00', 'USD', 'b'],
    ])
  })

  it('is booked as one of its rows shows, however late', async () => {
    const early = Array.from({ length: 90 }, () => '01/02/2026;1.234;a\n').join('')
    const file = `Date;Amount;Text\n${early}31/01/2026;1,50;last\n`
    const { counts } = await load(file, { ...MAPPED, numbers: ACCOUNTING })
    expect(counts).toEqual({ read: 91, loaded: 91, skipped: 0 })
    const stored = await booked()
    expect(stored[0]).toEqual(['2026-01-31', 'credit', '1.50', 'USD', 'last'])
    expect(stored[1]).toEqual(['2026-02-01', 'credit', '1234.00', 'USD', 'a'])
  })

  it('is refused where a row contradicts those before', async () => {
    const file = 'Date;Amount;Text\n31/01/2026;1;a\n01/31/2026;1;b\n31/01/26;1;c\n'
    expect(refused(await load(file, MAPPED))).toEqual(['3 Date form', '4 Date ambiguous'])
  })
})

describe('the amounts of a statement', () => {
  const both = { transaction_date: 'Date', debit: 'Out', credit: 'In' }
  const rows = (...cells: readonly string[]) =>
    `Date;Out;In\n${cells.map((pair) => `2026-01-31;${pair}\n`).join('')}`

  it.each([
    ['5.00;7.00', '2 In two_amounts'],
    [';', '2 Out required'],
    ['0.00;0', '2 Out required'],
    [';-7.00', '2 In sign'],
    ['x;', '2 Out form'],
    ['1.005;', '2 Out amount_digits'],
  ])('of two columns are not %s', async (pair, refusal) => {
    expect(refused(await load(rows(pair), { fieldColumns: both }))).toEqual([refusal])
  })

  it('of two columns have one sign each', async () => {
    const result = await load(rows('-5.00;', '6.00;', ';7.00', '-;8.00'), { fieldColumns: both })
    expect(refused(result)).toEqual(['3 Out sign'])
    expect((await booked()).map(([, type, amount]) => [type, amount]).toSorted()).toEqual([
      ['credit', '7.00'],
      ['credit', '8.00'],
      ['debit', '5.00'],
    ])
  })

  it('are in the currency of their cell, their column or the request', async () => {
    const file = 'Date;Amount;Text;Currency\n2026-01-31;EUR 5;a;\n2026-01-31;5 USD;b;EUR\n'
    const numbers = ACCOUNTING
    expect(refused(await load(file, { ...MAPPED, numbers }))).toEqual(['3 Amount other_currency'])
    const given = await load(file, { ...MAPPED, numbers, currency: 'CHF' })
    expect(refused(given)).toEqual(['2 Amount other_currency', '3 Amount other_currency'])
    expect((await booked()).map(([, , , currency]) => currency)).toEqual(['EUR'])
  })

  it('may have a minus beside the word for a debit, and not beside that for a credit', async () => {
    const file =
      'Date,Amount,Text,transaction_type\n2026-01-31,-5,a,DEBIT\n2026-01-31,-5,b,Credit\n'
    expect(refused(await load(file, MAPPED))).toEqual(['3 Amount form'])
    expect((await booked()).map(([, type, amount]) => [type, amount])).toEqual([['debit', '5.00']])
  })
})

describe('references from rows', () => {
  const options = { ...MAPPED, hashReference: true } as const
  const file = (...rows: readonly string[]) => `Date,Amount,Text\n${rows.join('\n')}\n`
  const [coffee, tea, milk] = ['2026-01-31,-2.50,coffee', '2026-01-31,-3,tea', '2026-02-01,-1,milk']

  it('book what statements share once, and equal rows as often as one has them', async () => {
    expect((await load(file(coffee, tea, coffee), options)).counts.loaded).toBe(3)
    const second = await load(file(milk, coffee, tea, coffee, coffee), options)
    expect(second.counts).toEqual({ read: 5, loaded: 2, skipped: 3 })
    expect((await booked()).map(([, , , , text]) => text).toSorted()).toEqual([
      'coffee',
      'coffee',
      'coffee',
      'milk',
      'tea',
    ])
  })

  it('leave those that the bank gives', async () => {
    const fieldColumns = { ...MAPPED.fieldColumns, reference: 'Ref' }
    await load('Date,Amount,Text,Ref\n2026-01-31,5,a,R-1\n2026-02-01,5,b,\n', {
      fieldColumns,
      hashReference: true,
    })
    expect((await history()).map(({ reference }) => reference)).toEqual([
      'R-1',
      expect.stringMatching(/^hash:[0-9a-f]{40}:1$/),
    ])
  })

  it('are those of each user alone', async () => {
    const other = await service.createCustomer(staff.token)
    const two = `user_id,Date,Amount,Text\n${user.id},${coffee}\n${other.id},${coffee}\n`
    const loaded = await loadRecords('transactions', staff, two, options)
    expect(loaded.counts.loaded).toBe(2)
    expect((await history())[0]?.reference).toMatch(/:1$/)
  })
})
