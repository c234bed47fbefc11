import { PASSWORD } from '../setup/password.ts'
import type { Passbook } from './passbook.ts'
import { digits, PEOPLE, type Scene, type Sending, sending, transaction } from './scene.ts'

/** What is measured. */
export interface Measured {
  readonly name: string
  readonly status: number
  /** Makes ready what the next requests find. */
  readonly before?: () => Promise<unknown>
  /** The request of a number. No number comes twice. */
  readonly request: (number: number) => Sending
  /** Whether it takes so long that fewer requests must do. */
  readonly isSlow?: true
}

/** The first reference that no other request uses. */
const REFERENCES = { create: 10_000, keyed: 20_000, bulk: 100_000, write: 900_000 } as const
const BULK = 100

/** The operations that are called most, and those that do most. */
export function measuredOperations(
  { services }: Passbook,
  { staff, reader, customers, logins, kept, deletable, changeable }: Scene,
): readonly Measured[] {
  const own = { token: reader.token, id: reader.id }
  const { token } = staff
  const customer = (number: number) => customers[number % PEOPLE]?.id ?? 0
  const noCache = { 'cache-control': 'no-cache' }
  let writes = REFERENCES.write

  /** Creates a transaction of the reader, and brings their figures up to date. */
  async function write(): Promise<void> {
    writes += 1
    const caller = { id: staff.id, role: 'staff' } as const
    const input = { ...transaction(reader.id, writes), transaction_type: 'credit' } as const
    await services.transactions.create(caller, input, 'gate')
    await services.analytics.recompute([reader.id])
  }
  const read = (
    name: string,
    operation: Parameters<typeof sending>[0],
    asking: Parameters<typeof sending>[1],
    before?: Measured['before'],
  ): Measured => ({
    name,
    status: 200,
    request: () => sending(operation, asking),
    ...(before && { before }),
  })

  return [
    read('getLiveness', 'getLiveness', {}),
    read('getMe', 'getMe', { token: reader.token }),
    read('getUser', 'getUser', own),
    read('getUserAnalytics', 'getUserAnalytics', own),
    read('getUserAnalytics, no-cache', 'getUserAnalytics', { ...own, headers: noCache }),
    read('getUserDailyAnalytics', 'getUserDailyAnalytics', own),
    read('getUserCreditScore', 'getUserCreditScore', own),
    read('listUserTransactions', 'listUserTransactions', own),
    read('listUserTransactions, a page again', 'listUserTransactions', { ...own, query: 'page=2' }),
    read('getTransaction', 'getTransaction', { ...own, id: kept[0] ?? 0 }),
    read('listUsers', 'listUsers', { token }),
    read('listAlerts', 'listAlerts', { token }),
    read('listUserTransactions, after a write', 'listUserTransactions', own, write),
    read('getUserAnalytics, after a write', 'getUserAnalytics', own, write),
    {
      name: 'createTransaction',
      status: 201,
      request: (n) =>
        sending('createTransaction', {
          token,
          body: transaction(customer(n), REFERENCES.create + n),
        }),
    },
    {
      name: 'createTransaction, Idempotency-Key',
      status: 201,
      request: (n) =>
        sending('createTransaction', {
          token,
          headers: { 'idempotency-key': `gate-${digits(n)}` },
          body: transaction(customer(n), REFERENCES.keyed + n),
        }),
    },
    {
      name: 'updateTransaction',
      status: 200,
      request: (n) =>
        sending('updateTransaction', {
          token,
          id: changeable[n % PEOPLE] ?? 0,
          body: { description: `Change ${digits(n)}` },
        }),
    },
    {
      name: 'deleteTransaction',
      status: 204,
      request: (n) => sending('deleteTransaction', { token, id: deletable[n] ?? 0 }),
    },
    {
      name: 'bulkCreateTransactions of 100',
      status: 201,
      isSlow: true,
      request: (n) =>
        sending('bulkCreateTransactions', {
          token,
          body: {
            mode: 'atomic',
            transactions: Array.from({ length: BULK }, (_, index) =>
              transaction(customer(index), REFERENCES.bulk + n * BULK + index),
            ),
          },
        }),
    },
    {
      name: 'createUser',
      status: 201,
      request: (n) =>
        sending('createUser', {
          token,
          body: { name: 'Gate Keeper', email: `keeper-${digits(n)}@customers.example` },
        }),
    },
    {
      name: 'login',
      status: 200,
      isSlow: true,
      request: (n) =>
        sending('login', {
          body: { username: logins[n % PEOPLE]?.username, password: PASSWORD },
        }),
    },
  ]
}
