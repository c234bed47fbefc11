import type { OperationId } from '../../src/generated/operations.ts'
import type { Facts } from './inputs/late.ts'

/** A kind of record that is created, read, listed, changed and deleted. */
export interface Kind {
  readonly name: string
  readonly create: OperationId
  readonly get: OperationId
  readonly list: OperationId
  readonly update?: OperationId
  readonly remove: OperationId
  /** The parameter that names one. */
  readonly param: 'id' | 'eid' | 'bid'
  /** Who does it all; the owner of the records where it is not told. */
  readonly by?: 'admin'
  /** Whether others than its owner are told that it is not there. */
  readonly isPrivate: boolean
  /** What of a body that fits its schema does not fit the rest: replaced, or with `undefined` left out. */
  readonly mend: (body: Fields, facts: Facts) => Fields
}

export type Fields = Readonly<Record<string, unknown>>

const same = (body: Fields) => body

/** Amounts of at most two digits behind the point fit these and no others. */
const CURRENCIES = ['USD', 'EUR', 'GBP', 'INR', undefined]

function mendTransaction(body: Fields): Fields {
  const { currency, transaction_amount: amount, ...rest } = body
  const kept = CURRENCIES.includes(currency as string) ? currency : undefined
  // More digits behind the point than the currency has are refused.
  const rounded = typeof amount === 'string' ? amount.replace(/(\.\d{0,2})\d*$/, '$1') : amount
  const isFit = rounded === undefined || (Number(rounded) > 0 && !String(rounded).endsWith('.'))
  return {
    ...rest,
    ...(kept !== undefined && { currency: kept }),
    ...(rounded !== undefined && { transaction_amount: isFit ? rounded : '1.25' }),
  }
}

function mendEmployment(body: Fields): Fields {
  const { start_date: start, end_date: end } = body
  const isBackwards = typeof start === 'string' && typeof end === 'string' && end < start
  return isBackwards ? { ...body, start_date: end, end_date: start } : body
}

/** Whom a user is, and whether they may log in, is not for a random value to change. */
function mendUser(body: Fields): Fields {
  const { role: _role, disabled: _disabled, ...rest } = body
  return Object.keys(rest).length === 0 ? { age: 40 } : rest
}

export const KINDS: readonly Kind[] = [
  {
    name: 'task',
    create: 'createTask',
    get: 'getTask',
    list: 'listTasks',
    update: 'updateTask',
    remove: 'deleteTask',
    param: 'id',
    isPrivate: true,
    mend: same,
  },
  {
    name: 'transaction',
    create: 'createTransaction',
    get: 'getTransaction',
    list: 'listUserTransactions',
    update: 'updateTransaction',
    remove: 'deleteTransaction',
    param: 'id',
    isPrivate: true,
    mend: mendTransaction,
  },
  {
    name: 'employment',
    create: 'createEmployment',
    get: 'getEmployment',
    list: 'listEmployments',
    update: 'updateEmployment',
    remove: 'deleteEmployment',
    param: 'eid',
    isPrivate: true,
    mend: mendEmployment,
  },
  {
    name: 'bank account',
    create: 'createBankAccount',
    get: 'getBankAccount',
    list: 'listBankAccounts',
    update: 'updateBankAccount',
    remove: 'deleteBankAccount',
    param: 'bid',
    isPrivate: true,
    mend: same,
  },
  {
    name: 'user',
    create: 'createUser',
    get: 'getUser',
    list: 'listUsers',
    update: 'updateUser',
    remove: 'deleteUser',
    param: 'id',
    by: 'admin',
    isPrivate: true,
    mend: mendUser,
  },
  {
    name: 'API key',
    create: 'createApiKey',
    get: 'getApiKey',
    list: 'listApiKeys',
    remove: 'deleteApiKey',
    param: 'id',
    by: 'admin',
    isPrivate: false,
    mend: ({ expires_at: _past, ...body }) => body,
  },
]
