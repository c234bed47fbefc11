import pg from 'pg'
import { encryptFullName } from '../../../../src/features/transactions/fields.ts'
import { createFieldCrypto } from '../../../../src/lib/crypto.ts'
import { createCustomers, createHttpClient } from '../../../setup/http/http-client.ts'
import { openConnection } from '../../overload/connection.ts'
import type { LoadRequest } from '../../overload/load.ts'
import { requestBytes } from '../../overload/request-bytes.ts'
import type { Services } from '../system/services.ts'
import { median, table } from '../tables.ts'
import { bodyOf } from '../targets/bodies.ts'
import type { Passbook } from '../targets/passbook.ts'
import { nameOf } from '../transactions.ts'
import type { PartResult } from './part.ts'

const SIZES = [1_000, 1_000_000] as const
const DAYS = 3_650
const ROUNDS = 100
const WARM_UP = 10
const MAX_ROWS = 50_000

/** A user, and transactions of the user's own that requests name. */
interface Subject {
  readonly user: number
  readonly transactions: readonly number[]
}

/** Gives a user so many transactions over the same ten years, as a load of a file would. */
async function fill(client: pg.Client, user: number, count: number, name: Uint8Array) {
  for (let from = 0; from < count; from += MAX_ROWS) {
    await client.query(
      `INSERT INTO transactions
         (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
       SELECT $1::bigint, $2::bytea, timestamptz '2016-01-01 00:00Z' + make_interval(secs => number * $3::float8),
         1 + number % 1000, (ARRAY['credit', 'debit'])[1 + number % 2], 'USD'
       FROM generate_series($4::int, $5::int - 1) AS number`,
      [user, name, (DAYS * 86_400) / count, from, Math.min(from + MAX_ROWS, count)],
    )
  }
}

async function createSubjects(passbook: Passbook, services: Services): Promise<readonly Subject[]> {
  const users = await createCustomers(createHttpClient(passbook.url, passbook.token), SIZES.length)
  const crypto = createFieldCrypto(services.secrets.encryptionKeys)
  const client = new pg.Client({ connectionString: services.passbookUrl })
  await client.connect()
  const subjects: Subject[] = []
  for (const [index, user] of users.entries()) {
    const name = encryptFullName(crypto, BigInt(user), nameOf(user))
    await fill(client, user, SIZES[index] as number, name)
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM transactions WHERE user_id = $1 ORDER BY id LIMIT $2`,
      [user, 2 * (ROUNDS + WARM_UP)],
    )
    subjects.push({ user, transactions: rows.map(({ id }) => Number(id)) })
  }
  await client.query('VACUUM (ANALYZE)')
  await client.end()
  await passbook.settle()
  return subjects
}

const get = (path: string): LoadRequest => ({ method: 'GET', path })
/** The first half of the transactions is updated and read, the rest is deleted. */
const transactionAt = ({ transactions }: Subject, index: number) => transactions[index] as number
const create = ({ user }: Subject, index: number) =>
  bodyOf('/v1/transactions', {
    user_id: user,
    transaction_date: new Date(Date.UTC(2016, 0, 1 + index * 7, 12)).toISOString(),
    transaction_amount: '5.00',
    transaction_type: 'credit',
  })

const OPERATIONS: Readonly<Record<string, (subject: Subject, index: number) => LoadRequest>> = {
  user: ({ user }) => get(`/v1/users/${user}`),
  analytics: ({ user }) => get(`/v1/users/${user}/analytics`),
  'analytics of a period': ({ user }, index) =>
    get(`/v1/users/${user}/analytics?from=2017-01-01&to=2018-01-${10 + (index % 20)}`),
  days: ({ user }, index) => get(`/v1/users/${user}/analytics/daily?page=${1 + (index % 5)}`),
  'history, by cursor': ({ user }, index) =>
    get(`/v1/users/${user}/transactions?cursor=&per_page=${20 + (index % 5)}`),
  'history, by number': ({ user }, index) =>
    get(`/v1/users/${user}/transactions?page=${1 + (index % 5)}&per_page=20`),
  'get transaction': (subject, index) => get(`/v1/transactions/${transactionAt(subject, index)}`),
  'credit score': ({ user }) => get(`/v1/users/${user}/credit-score`),
  alerts: ({ user }) => get(`/v1/alerts?user_id=${user}`),
  create,
  update: (subject, index) => ({
    ...bodyOf(`/v1/transactions/${transactionAt(subject, index)}`, { transaction_amount: '7.50' }),
    method: 'PUT',
  }),
  delete: (subject, index) => ({
    method: 'DELETE',
    path: `/v1/transactions/${transactionAt(subject, ROUNDS + WARM_UP + index)}`,
  }),
}
const WRITES = ['create', 'update', 'delete']

/** Each operation of a user with few transactions and of one with many, in turns, over one connection. */
export async function measureGrowth(passbook: Passbook, services: Services): Promise<PartResult> {
  const subjects = await createSubjects(passbook, services)
  const { hostname, port } = new URL(passbook.url)
  const connection = await openConnection(hostname, Number(port))
  let failed = 0

  async function time(request: LoadRequest): Promise<number> {
    const bytes = requestBytes(request, passbook)
    const start = performance.now()
    const status = await connection.send(bytes)
    const took = performance.now() - start
    if (status < 200 || status > 299) failed += 1
    return took
  }

  const rows: string[][] = []
  for (const [name, request] of Object.entries(OPERATIONS)) {
    const times = subjects.map((): number[] => [])
    for (let index = 0; index < ROUNDS + WARM_UP; index += 1) {
      for (const [at, subject] of subjects.entries()) {
        const took = await time(request(subject, index))
        if (index >= WARM_UP) times[at]?.push(took)
        if (WRITES.includes(name)) await passbook.settle()
      }
    }
    const [few = Number.NaN, many = Number.NaN] = times.map(median)
    rows.push([name, few.toFixed(2), many.toFixed(2), (many / few).toFixed(2)])
  }
  connection.close()
  const head = [
    'operation',
    ...SIZES.map((size) => `${size.toLocaleString('en')} transactions, ms`),
  ]
  return { table: table([...head, 'ratio'], rows), failed }
}
