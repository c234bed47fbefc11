import type { PlainDatabase } from '../../database/client.ts'
import type { Transaction } from '../../generated/schemas.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { formatStored } from '../../lib/money.ts'
import { decryptFullName } from './full-names.ts'
import type { HistoryFilter, HistoryPosition } from './history.ts'

/** Which part of the matching transactions to read: after a position, or so many further on. */
interface Part {
  readonly limit: number
  readonly offset?: number
  readonly after?: HistoryPosition
}

/** A row as both drivers give it. Its times are text, such as `2026-01-31 10:15:00.12`, in UTC. */
interface Row {
  readonly id: string
  /** As hexadecimal digits. */
  readonly full_name: string
  readonly date: string
  readonly amount: string
  readonly type: Transaction['transaction_type']
  readonly currency: string
  readonly description: string | null
  readonly reference: string | null
  readonly created_at: string
  readonly updated_at: string
}

const utc = (column: string, name = column) => `(${column} AT TIME ZONE 'UTC')::text AS ${name}`

const COLUMNS = `id::text AS id, encode(full_name, 'hex') AS full_name, ${utc('transaction_date', 'date')},
  transaction_amount::text AS amount, transaction_type AS type, currency, description, reference,
  ${utc('created_at')}, ${utc('updated_at')}`

/** The condition of each filter, with the place of its value. */
const CONDITIONS: Readonly<Record<keyof HistoryFilter, (place: string) => string>> = {
  userId: (place) => `user_id = ${place}::bigint`,
  from: (place) => `transaction_date >= ${place}::timestamptz`,
  to: (place) => `transaction_date <= ${place}::timestamptz`,
  type: (place) => `transaction_type = ${place}::text`,
  currency: (place) => `currency = ${place}::text`,
  minAmount: (place) => `transaction_amount >= ${place}::numeric`,
  maxAmount: (place) => `transaction_amount <= ${place}::numeric`,
}

/** Collects the values of a statement and says where each of them stands. */
function createValues() {
  const values: unknown[] = []
  return { values, place: (value: unknown) => `$${values.push(value)}` }
}

function conditionsOf(filter: HistoryFilter, place: (value: unknown) => string): string {
  const names = Object.keys(filter) as (keyof HistoryFilter)[]
  return names.map((name) => CONDITIONS[name](place(filter[name]))).join(' AND ')
}

/** PostgreSQL leaves out zeros at the end of a time, and the point before none. */
const isoTime = (text: string): string =>
  `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, 23).padEnd(3, '0')}Z`

/**
 * Shows a row. Dates and decimals that go from text to objects and back took a third of the time of
 * a page.
 */
function viewOf(crypto: FieldCrypto, userId: bigint, row: Row): Transaction {
  return {
    id: Number(row.id),
    user_id: Number(userId),
    full_name: decryptFullName(crypto, userId, row.full_name),
    transaction_date: isoTime(row.date),
    transaction_amount: formatStored(row.amount, row.currency),
    transaction_type: row.type,
    currency: row.currency,
    ...(row.description !== null && { description: row.description }),
    ...(row.reference !== null && { reference: row.reference }),
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  }
}

/** Reads a part of the matching transactions, newest first; the id breaks ties. */
export async function readPart(
  prepared: PlainDatabase,
  crypto: FieldCrypto,
  filter: HistoryFilter,
  { limit, offset = 0, after }: Part,
): Promise<readonly Transaction[]> {
  const { values, place } = createValues()
  let conditions = conditionsOf(filter, place)
  if (after) {
    const date = `${place(after.date)}::timestamptz`
    conditions += ` AND (transaction_date, transactions.id) < (${date}, ${place(after.id)}::bigint)`
  }
  const rows = await prepared.rows<Row>(
    `SELECT ${COLUMNS} FROM transactions WHERE ${conditions}
    ORDER BY transaction_date DESC, transactions.id DESC LIMIT ${place(limit)}::int OFFSET ${place(offset)}::bigint`,
    values,
  )
  const userId = BigInt(filter.userId)
  return rows.map((row) => viewOf(crypto, userId, row))
}

/** Counts the matching transactions. */
export async function countMatching(
  prepared: PlainDatabase,
  filter: HistoryFilter,
): Promise<number> {
  const { values, place } = createValues()
  const conditions = conditionsOf(filter, place)
  const [row] = await prepared.rows<{ count: number }>(
    `SELECT count(*)::int AS count FROM transactions WHERE ${conditions}`,
    values,
  )
  return row?.count ?? 0
}
