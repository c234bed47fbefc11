import type { PlainDatabase } from '../../database/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { type Money, money } from '../../lib/money.ts'
import { decryptFullName, type TransactionRecord } from './fields.ts'
import type { HistoryFilter, HistoryPosition } from './history.ts'

/** Which part of the matching transactions to read: after a position, or so many further on. */
interface Part {
  readonly limit: number
  readonly offset?: number
  readonly after?: HistoryPosition
}

/** A row as both drivers give it. */
interface Row {
  readonly id: string
  readonly full_name: Uint8Array
  readonly date: Date
  readonly amount: string
  readonly type: string
  readonly currency: string
  readonly description: string | null
  readonly reference: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

const COLUMNS = `id::text AS id, full_name, transaction_date AS date, transaction_amount::text AS amount,
  transaction_type AS type, currency, description, reference, created_at, updated_at`

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

function recordOf(crypto: FieldCrypto, userId: bigint, row: Row): TransactionRecord {
  const { id, full_name, date, amount, type, currency, description, reference } = row
  return {
    id: BigInt(id),
    userId,
    fullName: decryptFullName(crypto, userId, full_name),
    date,
    amount: money(amount) as Money,
    type: type as TransactionRecord['type'],
    currency,
    description,
    reference,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** Reads a part of the matching transactions, newest first; the id breaks ties. */
export async function readPart(
  prepared: PlainDatabase,
  crypto: FieldCrypto,
  filter: HistoryFilter,
  { limit, offset = 0, after }: Part,
): Promise<readonly TransactionRecord[]> {
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
  return rows.map((row) => recordOf(crypto, userId, row))
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
