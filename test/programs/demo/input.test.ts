import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTransactions } from '../../../src/programs/demo/input/transactions-file.ts'
import { readUsers } from '../../../src/programs/demo/input/users-file.ts'
import { createFolder } from './files.ts'

let folder: Awaited<ReturnType<typeof createFolder>>
beforeAll(async () => {
  folder = await createFolder()
})
afterAll(() => folder.remove())

const users = async (text: string) => readUsers(await folder.write('users.csv', text))
const transactions = async (text: string) =>
  readTransactions(await folder.write('transactions.csv', text), [
    { line: 2, name: 'Ann', email: 'Ann@Example.com' },
  ])
const HEADER =
  'user_email,transaction_date,transaction_type,transaction_amount,currency,reference\n'
const row = (fields: Readonly<Record<string, string>> = {}) => {
  const { email = 'ann@example.com', date = '2026-01-31', type = 'credit' } = fields
  const { amount = '1.00', currency = 'USD', reference = 'r1' } = fields
  return `${HEADER}${[email, date, type, amount, currency, reference].join(',')}\n`
}

describe('a file of users', () => {
  it('is read with its columns in any order, a byte order mark and quotes', async () => {
    const text =
      '\ufeffEmail,AGE,name,pincode\nann@example.com,34,"Rao, Ann",560001\nb@example.com,,B,\n'
    expect(await users(text)).toEqual([
      { line: 2, name: 'Rao, Ann', email: 'ann@example.com', age: 34, pincode: '560001' },
      { line: 3, name: 'B', email: 'b@example.com' },
    ])
  })

  it.each([
    ['name\nA\n', 'users.csv, line 1: the column email is missing.'],
    ['name,email,name\n', 'users.csv, line 1: the column name is there twice.'],
    ['name,email\n', 'users.csv: there is nothing below the header.'],
    ['', 'users.csv: there is nothing below the header.'],
    ['name,email\nA,a@example.com\n,b@example.com\n', 'users.csv, line 3: name is empty.'],
    ['name,email\nA,a.example.com\n', 'users.csv, line 2: email is not an email address.'],
    [
      'name,email\nA,a@example.com\n\nB,A@example.com\n',
      'users.csv, line 4: email is the same as on line 2.',
    ],
    [
      'name,email,age\nA,a@example.com,0\n',
      'users.csv, line 2: age is not a whole number from 1 to 150.',
    ],
    [
      'name,email\nA,a@example.com\nB\n',
      'users.csv, line 3: the line has more or fewer cells than the header.',
    ],
    ['name,email\n"A,a@example.com\n', /^users.csv, line \d: the line is inside a quotation/],
    ['name,email,phone\n', /^users.csv, line 1: the column "phone" is not one of/],
  ])('is refused when it is %j', async (text, message) => {
    await expect(users(text)).rejects.toMatchObject({
      name: 'StartupError',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })

  it('is refused when it is not there', async () => {
    await expect(readUsers('/no/such.csv')).rejects.toMatchObject({
      name: 'StartupError',
      message: 'There is no file /no/such.csv.',
    })
  })
})

describe('a file of transactions', () => {
  it('is read; what is empty has its default', async () => {
    const text = 'transaction_amount,transaction_type,user_email,description,transaction_date\n'
    expect(await transactions(`${text}12.5,debit,ANN@example.com,,2026-01-31\n`)).toEqual([
      {
        line: 2,
        userEmail: 'ann@example.com',
        reference: 'line-2',
        date: '2026-01-31',
        type: 'debit',
        amount: '12.5',
        currency: 'USD',
      },
    ])
  })

  it.each([
    [row({ email: 'bob@example.com' }), 'user_email is not one of the users file'],
    [row({ date: '2026-02-30' }), 'transaction_date is neither a date'],
    [row({ type: 'Credit' }), 'transaction_type is neither credit nor debit'],
    [row({ amount: '0.00' }), 'transaction_amount is not a decimal number above 0'],
    [row({ amount: '1.005' }), 'with at most 2 decimals, as USD has'],
    [row({ amount: '1.5', currency: 'JPY' }), 'with at most 0 decimals, as JPY has'],
    [row({ currency: 'usd' }), 'currency is not a code of ISO 4217'],
    [row({ currency: 'XQQ' }), 'currency is not a code of ISO 4217'],
    [row({ reference: 'r'.repeat(101) }), 'reference has more than 100 characters'],
  ])('is refused when it is %j', async (text, problem) => {
    await expect(transactions(text)).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringMatching(new RegExp(`^transactions.csv, line 2: .*${problem}.*\\.$`)),
    })
  })

  it('is refused when a user has a reference twice', async () => {
    await expect(transactions(row() + row().slice(HEADER.length))).rejects.toMatchObject({
      message: 'transactions.csv, line 3: reference is the same as on line 2, for the same user.',
    })
  })
})
