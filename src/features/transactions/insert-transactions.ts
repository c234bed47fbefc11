import type { Database, DatabaseTransaction } from '../../database/client.ts'
import type { Role } from '../../generated/schemas.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { hex } from '../../lib/hex.ts'
import { mapInSlices } from '../../lib/slices.ts'
import { assertMayChange } from '../users/users.public.ts'
import type { Author, TransactionDraft, TransactionRecord, TransactionRow } from './fields.ts'
import { encryptFullName } from './full-names.ts'

/** A transaction to store, and who stores it. */
export interface Insertion {
  readonly draft: TransactionDraft
  readonly author: Author
}

/** What a statement stored: it began at one time, which all its rows have. */
interface StoredRow {
  /** In the order given; null where the reference is taken. */
  readonly ids: readonly (number | null)[]
  /** Null when nothing was stored. */
  readonly stored_at: Date | null
}

/** Runs a statement with one parameter. */
export type Run = (text: string, parameter: string) => Promise<readonly StoredRow[]>

/**
 * Rows are inserted in a fixed order. Otherwise two requests that wait for each other's references
 * would deadlock.
 *
 * The sequence has its name here, as looking it up is done for each row. The answer is one row:
 * to read a thousand took the API longer than to send them.
 */
const insertInto = (onTaken: string) => `
  WITH entry AS MATERIALIZED (
    SELECT nextval('transactions_id_seq') AS id, given.*
    FROM json_to_recordset($1::json) AS given (
      position int, user_id bigint, full_name text, date timestamptz, amount numeric,
      type text, currency text, description text, reference text, request_id text, actor_id bigint)),
  stored AS (
    INSERT INTO transactions (
      id, user_id, full_name, transaction_date, transaction_amount, transaction_type,
      currency, description, reference, request_id, actor_id)
    SELECT id, user_id, decode(full_name, 'hex'), date, amount, type,
      currency, description, reference, request_id, actor_id
    FROM entry ORDER BY user_id, reference
    ${onTaken}
    RETURNING id, created_at)
  SELECT json_agg(stored.id ORDER BY position) AS ids, max(created_at) AS stored_at
  FROM entry LEFT JOIN stored USING (id)`

/** What a reference that is taken does: it leaves out its transaction, or fails the statement. */
const INSERTS = { omit: insertInto('ON CONFLICT DO NOTHING'), fail: insertInto('') } as const

/**
 * Stores transactions with one statement, all rows in one JSON parameter. Prisma's `createMany`
 * passes each field of each row as a parameter: a bulk load took three times as long
 * (`test/bench/README.md`).
 *
 * @returns the stored transactions in the order given; undefined where the reference is taken
 * @throws the driver's or Prisma's error
 */
export async function insertTransactions(
  run: Run,
  crypto: FieldCrypto,
  insertions: readonly Insertion[],
  onTaken: keyof typeof INSERTS = 'omit',
): Promise<(TransactionRecord | undefined)[]> {
  if (insertions.length === 0) return []
  const entries = await mapInSlices(insertions, ({ draft, author }, position) => ({
    position,
    user_id: Number(draft.userId),
    full_name: hex(encryptFullName(crypto, draft.userId, draft.fullName)),
    date: draft.date,
    amount: draft.amount.toFixed(),
    type: draft.type,
    currency: draft.currency,
    description: draft.description,
    reference: draft.reference,
    request_id: author.requestId,
    actor_id: author.caller.id,
  }))
  const [row] = await run(INSERTS[onTaken], JSON.stringify(entries))
  const { ids, stored_at: at } = row as StoredRow
  return insertions.map(({ draft }, position) => {
    const id = ids[position] ?? null
    if (id === null || at === null) return undefined
    return { ...draft, id: BigInt(id), createdAt: at, updatedAt: at }
  })
}

/** Runs the statement of {@link insertTransactions} by Prisma. */
export const runBy =
  (database: Pick<Database, '$queryRawUnsafe'>): Run =>
  (text, parameter) =>
    database.$queryRawUnsafe(text, parameter)

/**
 * Locks the user of a transaction, then the transaction, and reads it. Deleting a user takes the
 * same order; another order would deadlock.
 *
 * @param userId the owner
 * @returns null when it was deleted meanwhile
 * @throws AppError 403 for a colleague's
 */
export async function lockTransaction(
  tx: DatabaseTransaction,
  author: Author,
  userId: bigint,
  id: number,
): Promise<TransactionRow | null> {
  await lockOwner(tx, author, userId)
  const [row] = await tx.$queryRaw<TransactionRow[]>`
    SELECT id, user_id AS "userId", full_name AS "fullName", transaction_date AS date, transaction_amount AS amount,
      transaction_type AS type, currency, description, reference, request_id AS "requestId", actor_id AS "actorId",
      created_at AS "createdAt", updated_at AS "updatedAt"
    FROM transactions WHERE user_id = ${userId} AND id = ${id} FOR NO KEY UPDATE`
  return row ?? null
}

/**
 * Locks the owner of a transaction against deletion until the end of the database transaction. It also says who changes
 * transactions in it: updated and deleted rows cannot, so triggers read settings.
 *
 * @throws AppError 403 when the caller may not change their records
 */
export async function lockOwner(
  tx: DatabaseTransaction,
  { caller, requestId }: Author,
  userId: bigint,
): Promise<void> {
  const [owner] = await tx.$queryRaw<{ id: bigint; role: Role }[]>`
    SELECT id, role::text, set_config('passbook.request_id', ${requestId}, true) AS request,
      set_config('passbook.actor_id', ${String(caller.id)}, true) AS actor
    FROM users WHERE id = ${userId} FOR KEY SHARE`
  if (owner) assertMayChange(caller, owner, 'record')
}
