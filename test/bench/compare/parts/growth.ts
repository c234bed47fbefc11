import pg from 'pg'
import { encryptFullName } from '../../../../src/features/transactions/full-names.ts'
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
/** Both have them on the same days, so that answers are of one size. */
const DAYS = 1_000
/** Each change waits until its figures, score and alerts are there. */
const ROUNDS = 30
const WARM_UP = 10
const MAX_ROWS = 50_000

/** A user, and transactions of the user's own that requests name. */
interface Subject {
  readonly user: number
  readonly transactions: readonly number[]
}

/** Gives a user so many transactions over the same days, as a load of a file would. */
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

interface Operation {
  readonly request: (subject: Subject, index: number) => LoadRequest
  /** Whether it changes something, or is asked right after a change has got its figures: nothing is cached then. */
  readonly changes?: 'itself' | 'before'
}

/** Not with `Cache-Control: no-cache`, which reads the transactions themselves on purpose. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  user: { request: ({ user }) => get(`/v1/users/${user}`) },
  analytics: { request: ({ user }) => get(`/v1/users/${user}/analytics`) },
  'analytics, after a change': {
    request: ({ user }) => get(`/v1/users/${user}/analytics`),
    changes: 'before',
  },
  'analytics of a period': {
    request: ({ user }, index) =>
      get(`/v1/users/${user}/analytics?from=2016-03-01&to=2016-0${6 + (index % 4)}-15`),
  },
  days: { request: ({ user }) => get(`/v1/users/${user}/analytics/daily`) },
  'history by cursor': { request: ({ user }) => get(`/v1/users/${user}/transactions?cursor=`) },
  'history by cursor, after a change': {
    request: ({ user }) => get(`/v1/users/${user}/transactions?cursor=`),
    changes: 'before',
  },
  'history by number': { request: ({ user }) => get(`/v1/users/${user}/transactions`) },
  'history by number, after a change': {
    request: ({ user }) => get(`/v1/users/${user}/transactions`),
    changes: 'before',
  },
  'history by number, pages 2 to 6': {
    request: ({ user }, index) => get(`/v1/users/${user}/transactions?page=${2 + (index % 5)}`),
  },
  'get transaction': {
    request: (subject, index) => get(`/v1/transactions/${transactionAt(subject, index)}`),
  },
  'versions of a transaction': {
    request: (subject, index) => get(`/v1/transactions/${transactionAt(subject, index)}/history`),
  },
  'credit score': { request: ({ user }) => get(`/v1/users/${user}/credit-score`) },
  alerts: { request: ({ user }) => get(`/v1/alerts?user_id=${user}`) },
  create: { request: create, changes: 'itself' },
  update: {
    request: (subject, index) => ({
      ...bodyOf(`/v1/transactions/${transactionAt(subject, index)}`, { description: 'changed' }),
      method: 'PUT',
    }),
    changes: 'itself',
  },
  delete: {
    request: (subject, index) => ({
      method: 'DELETE',
      path: `/v1/transactions/${transactionAt(subject, ROUNDS + WARM_UP + index)}`,
    }),
    changes: 'itself',
  },
}

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
    if (status < 200 || status > 299) failed += 1
    return performance.now() - start
  }

  async function measure({ request, changes }: Operation): Promise<readonly number[]> {
    const times = subjects.map((): number[] => [])
    for (let index = 0; index < ROUNDS + WARM_UP; index += 1) {
      for (const [at, subject] of subjects.entries()) {
        if (changes === 'before') await time(create(subject, index))
        if (changes === 'before') await passbook.settle()
        const took = await time(request(subject, index))
        if (changes === 'itself') await passbook.settle()
        if (index >= WARM_UP) times[at]?.push(took)
      }
    }
    return times.map(median)
  }

  const rows: string[][] = []
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const failedBefore = failed
    const [few = Number.NaN, many = Number.NaN] = await measure(operation)
    const ratio = (many / few).toFixed(2)
    rows.push([name, few.toFixed(2), many.toFixed(2), ratio, String(failed - failedBefore)])
  }
  connection.close()
  const head = [
    'operation',
    ...SIZES.map((size) => `${size.toLocaleString('en')} transactions, ms`),
    'ratio',
    'failed',
  ]
  return { table: table(head, rows), failed }
}
