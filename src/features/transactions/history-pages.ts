import type { Cache } from '../../cache/cache.ts'
import { sealAnswers } from '../../cache/sealed-answers.ts'
import type { Database, Prisma } from '../../database/client.ts'
import { notFound } from '../../errors.ts'
import type { Transaction } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type Paging, toPage } from '../../http/paging.ts'
import { checkAll } from '../../http/validation/check-all.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { mayAccess, userExists } from '../users/users.public.ts'
import { decryptTransaction } from './fields.ts'
import {
  HISTORY_ORDER,
  type HistoryPosition,
  type HistoryQuery,
  historyAfter,
  historyFilter,
  historyPaging,
  historyPosition,
} from './history.ts'
import { transactionView } from './transactions.view.ts'

interface Deps {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly cache: Cache
}

/** The version of a history that never had a transaction. */
const EMPTY = 'empty'

/**
 * Creates what reads pages of histories. First pages are cached by the version of the history, and
 * are never stale:
 *
 * - The version is the hash of the last link of the user's chain. Triggers move it in the database
 *   transaction of each change, whoever makes it, and no hash comes twice.
 * - It is read before the page. So a page may be newer than the version it is kept under, and is
 *   never older: whoever reads that version knows of no later change.
 *
 * Whoever may see a history sees the same, so that callers share its pages.
 */
export function createHistoryReader({ database, crypto, cache }: Deps) {
  const sealed = sealAnswers(cache, crypto)

  /** Reads the version of a user's history. @throws AppError 404, also for somebody else's */
  async function readVersion(caller: Caller, userId: number): Promise<string> {
    if (!mayAccess(caller, userId)) throw notFound('User', userId)
    const [head] = await database.$queryRaw<[{ hash: string }?]>`
      SELECT encode(hash, 'hex') AS hash FROM chain_heads WHERE user_id = ${userId}`
    // A head proves that the user exists: it is deleted with them.
    if (head !== undefined) return head.hash
    if (!(await userExists(database, userId))) throw notFound('User', userId)
    return EMPTY
  }

  async function readPage(
    where: Prisma.TransactionWhereInput,
    { limit, offset, after }: Paging<HistoryPosition>,
  ): Promise<Page<Transaction>> {
    const [rows, total] = await Promise.all([
      database.transaction.findMany({
        where: after === undefined ? where : { AND: [where, historyAfter(after)] },
        orderBy: HISTORY_ORDER,
        take: limit + 1,
        skip: offset ?? 0,
      }),
      offset === undefined ? undefined : database.transaction.count({ where }),
    ])
    const transactions = rows.map((row) => decryptTransaction(crypto, row))
    const page = toPage(transactions, limit, historyPosition, total)
    return { ...page, items: page.items.map(transactionView) }
  }

  /** Newest first. @throws AppError 404 for the user, 422 */
  return async (
    caller: Caller,
    userId: number,
    query: HistoryQuery,
  ): Promise<Page<Transaction>> => {
    const version = await readVersion(caller, userId)
    const [where, paging] = checkAll(
      () => historyFilter(userId, query),
      () => historyPaging(query),
    )
    const { limit, offset, after } = paging
    const isFirst = after === undefined && (offset === undefined || offset === 0)
    if (!isFirst) return await readPage(where, paging)
    const { from, to, type, currency, min_amount, max_amount } = query
    const mode = offset === undefined ? 'cursor' : 'page'
    const asked = [mode, limit, from, to, type, currency, min_amount, max_amount]
    const name = JSON.stringify([version, ...asked])
    return await sealed.getOrSet({ userId, kind: 'history', name }, () => readPage(where, paging))
  }
}
