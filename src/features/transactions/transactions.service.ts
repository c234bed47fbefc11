import type { Cache } from '../../cache/cache.ts'
import {
  type Database,
  type LookUps,
  type PlainDatabase,
  violatedUnique,
  violatesForeignKey,
} from '../../database/client.ts'
import { conflict, notFound } from '../../errors.ts'
import type { Nudge } from '../../events/passes.ts'
import type { TransactionCreate, TransactionUpdate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import type { Creations } from '../../http/creations/creations.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { assertMayChange, mayAccess, type UserService } from '../users/users.public.ts'
import {
  changeTransaction,
  decryptTransaction,
  draftTransaction,
  type TransactionDraft,
  type TransactionRecord,
  toColumns,
} from './fields.ts'
import { createHistoryReader } from './history-pages.ts'
import { createInsertTogether } from './insert-together.ts'
import { lockOwner, lockTransaction } from './insert-transactions.ts'

export interface TransactionDeps {
  readonly database: Database
  readonly prepared: PlainDatabase
  readonly lookUps: LookUps
  readonly commits: PlainDatabase
  readonly crypto: FieldCrypto
  readonly outbox: Nudge
  readonly users: UserService
  readonly defaultCurrency: string
  readonly creations: Creations
}

export type TransactionService = ReturnType<typeof createTransactionService>

export const referenceTaken = () =>
  conflict(
    'reference_taken',
    'Another transaction of this user has this reference; send another one',
  )

const toConflict = (error: unknown) =>
  violatedUnique(error)?.includes('reference') ? referenceTaken() : error

export function createTransactionService(deps: TransactionDeps & { readonly cache: Cache }) {
  const { database, crypto, outbox, users, defaultCurrency, creations } = deps

  const insertOne = createInsertTogether(deps)

  async function draft(caller: Caller, input: TransactionCreate): Promise<TransactionDraft> {
    const owner = await users.owner(caller, input.user_id)
    assertMayChange(caller, owner, 'record')
    return draftTransaction(input, owner, defaultCurrency)
  }

  async function find(caller: Caller, id: number): Promise<TransactionRecord> {
    const row = await database.transaction.findFirst({ where: { id } })
    if (row === null || !mayAccess(caller, row.userId)) throw notFound('Transaction', id)
    return decryptTransaction(crypto, row)
  }

  return {
    /** Checks like {@link create} and stores nothing. @throws AppError 403, 404, 409, 422 */
    async preview(caller: Caller, input: TransactionCreate): Promise<TransactionDraft> {
      const checked = await draft(caller, input)
      const { userId, reference } = checked
      const taken =
        reference !== null && (await database.transaction.count({ where: { userId, reference } }))
      if (taken) throw referenceTaken()
      return checked
    },

    /** @throws AppError 403 for a colleague, 404 for the user, 409 when the reference is taken, 422 */
    async create(
      caller: Caller,
      input: TransactionCreate,
      requestId: string,
    ): Promise<TransactionRecord> {
      const insert = async () => {
        const checked = await draft(caller, input)
        const author = { caller, requestId }
        const stored = await insertOne({ draft: checked, author }).catch((error: unknown) => {
          // The user was deleted between the check and the write.
          throw violatesForeignKey(error) ? notFound('User', input.user_id) : error
        })
        if (stored === undefined) throw referenceTaken()
        return stored
      }
      const origin = { source: 'single', requestId, accountId: caller.id } as const
      const created = await creations.transactions(origin, insert, (stored) => [stored])
      outbox.nudge()
      return created
    },

    /** @throws AppError 404, also for somebody else's */
    get: find,

    /** Locks a transaction until the unit of work ends: its user first, as everywhere. */
    async lock(id: number): Promise<void> {
      const found = await database.transaction.findFirst({
        where: { id },
        select: { userId: true },
      })
      if (found === null) return
      const { userId } = found
      await database.$queryRaw`SELECT FROM users WHERE id = ${userId} FOR KEY SHARE`
      await database.$queryRaw`
        SELECT FROM transactions WHERE user_id = ${userId} AND id = ${id} FOR NO KEY UPDATE`
    },

    /** Changes the given fields and leaves the others. @throws AppError 403, 404, 409, 422 */
    async update(
      caller: Caller,
      id: number,
      changes: TransactionUpdate,
      requestId: string,
    ): Promise<TransactionRecord> {
      const author = { caller, requestId }
      const row = await database
        .$transaction(async (tx) => {
          const found = await tx.transaction.findFirst({ where: { id }, select: { userId: true } })
          if (found === null || !mayAccess(caller, found.userId)) throw notFound('Transaction', id)
          const { userId } = found
          const stored = await lockTransaction(tx, author, userId, id)
          if (stored === null) throw notFound('Transaction', id)
          const changed = changeTransaction(decryptTransaction(crypto, stored), changes)
          return await tx.transaction.update({
            where: { id_userId: { id, userId } },
            data: toColumns(crypto, changed, author),
          })
        })
        .catch((error: unknown) => {
          throw toConflict(error)
        })
      outbox.nudge()
      return decryptTransaction(crypto, row)
    },

    /** @throws AppError 403 for a colleague's, 404, also for somebody else's */
    async remove(caller: Caller, id: number, requestId: string): Promise<void> {
      const { userId } = await find(caller, id)
      const deleted = await database.$transaction(async (tx) => {
        await lockOwner(tx, { caller, requestId }, userId)
        return await tx.$executeRaw`
          DELETE FROM transactions WHERE user_id = ${userId} AND id = ${id}`
      })
      if (deleted === 0) throw notFound('Transaction', id)
      outbox.nudge()
    },

    history: createHistoryReader(deps),
  }
}
