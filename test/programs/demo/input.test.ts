import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readInput } from '../../../src/programs/demo/input.ts'
import { createFolder } from './files.ts'

let folder: Awaited<ReturnType<typeof createFolder>>
beforeAll(async () => {
  folder = await createFolder()
})
afterAll(() => folder.remove())

const USERS = 'name,email\nAnn,ann@example.com\n'
const TRANSACTIONS = 'user_email,transaction_amount\nann@example.com,1.00\n'

const read = async ({ users = USERS, transactions = TRANSACTIONS }) =>
  readInput({
    users: await folder.write('users.csv', users),
    transactions: await folder.write('transactions.csv', transactions),
  })

describe('the files of the demo', () => {
  it('have users with columns in any order, a byte order mark and quotes', async () => {
    const users =
      '\ufeffEmail,AGE,name,pincode\nann@example.com,34,"Rao, Ann",560001\n\nb@example.com,,B,\n'
    expect((await read({ users })).users).toEqual([
      { line: 2, body: { name: 'Rao, Ann', email: 'ann@example.com', age: 34, pincode: '560001' } },
      { line: 4, body: { name: 'B', email: 'b@example.com' } },
    ])
  })

  it('have transactions; one that names no currency is in dollars', async () => {
    const transactions =
      'transaction_amount,user_email,description,currency\n12.50,ANN@example.com,,\n1,b@example.com,Rent,JPY\n'
    expect((await read({ transactions })).transactions).toEqual([
      {
        line: 2,
        email: 'ann@example.com',
        body: { transaction_amount: '12.50', currency: 'USD' },
      },
      {
        line: 3,
        email: 'b@example.com',
        body: { transaction_amount: '1', description: 'Rent', currency: 'JPY' },
      },
    ])
  })

  it.each([
    ['name,email\n', /users\.csv has nothing below its header\.$/],
    ['', /users\.csv has nothing below its header\.$/],
    ['name,email\nA,a@example.com\nB\n', /users\.csv, line 3: this is no row of 2 cells\.$/],
    ['name,email\n"A"b,a@example.com\n', /users\.csv, line 2: this is no row of 2 cells\.$/],
    ['name,email\n"A,a@example.com\n', /users\.csv, line 2: this is no row of 2 cells\.$/],
  ])('are refused when they are %j', async (users, message) => {
    await expect(read({ users })).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringMatching(message),
    })
  })

  it('are refused when they are not there', async () => {
    await expect(readInput({ users: '/no/such.csv', transactions: '' })).rejects.toMatchObject({
      name: 'StartupError',
      message: 'There is no file /no/such.csv.',
    })
  })
})
