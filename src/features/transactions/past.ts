import type { Database, Prisma } from '../../database/client.ts'
import { notFound } from '../../errors.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { mayAccess } from '../users/users.public.ts'
import { decryptTransaction, type TransactionRecord } from './fields.ts'

type VersionRow = Prisma.TransactionVersionGetPayload<object>

/** A transaction as it was after a change, or before its deletion. */
export interface VersionRecord {
  readonly id: bigint
  readonly change: string
  readonly recordedAt: Date
  readonly actorId: bigint | null
  readonly requestId: string | null
  readonly transaction: TransactionRecord
}

/** A version's name is encrypted as its transaction's. */
function decryptVersion(crypto: FieldCrypto, row: VersionRow): VersionRecord {
  const { id, transactionId, batch: _batch, digest: _digest, change, recordedAt, ...values } = row
  const { actorId, requestId } = values
  const transaction = decryptTransaction(crypto, { ...values, id: transactionId })
  return { id, change, recordedAt, actorId, requestId, transaction }
}

export type TransactionPast = ReturnType<typeof createTransactionPast>

/** Reads the versions of transactions, which triggers write. */
export function createTransactionPast(deps: {
  readonly database: Database
  readonly crypto: FieldCrypto
}) {
  const { database, crypto } = deps

  /** Whose transaction it is, or was. */
  async function findOwner(id: number): Promise<bigint | undefined> {
    const select = { userId: true }
    const stored = await database.transaction.findFirst({ where: { id }, select })
    if (stored !== null) return stored.userId
    const deleted = await database.transactionVersion.findFirst({
      where: { transactionId: id, change: 'deleted' },
      select,
    })
    return deleted?.userId
  }

  return {
    /** Oldest first, also of a deleted transaction. @throws AppError 404, also for somebody else's, 422 */
    async list(caller: Caller, id: number, query: PagingQuery): Promise<Page<VersionRecord>> {
      const userId = await findOwner(id)
      if (userId === undefined || !mayAccess(caller, userId)) throw notFound('Transaction', id)
      const where = { userId, transactionId: id }
      const { items, ...page } = await pageById(
        query,
        'asc',
        (range) =>
          database.transactionVersion.findMany({ ...range, where: { ...where, ...range.where } }),
        () => database.transactionVersion.count({ where }),
      )
      return { ...page, items: items.map((row) => decryptVersion(crypto, row)) }
    },
  }
}
