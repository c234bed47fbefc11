import { type Database, type DatabaseTransaction, violatedUnique } from '../../database/client.ts'
import { conflict, notFound } from '../../errors.ts'
import type { BankAccountCreate, BankAccountUpdate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import type { UserService } from '../users/users.public.ts'
import {
  type BankAccountDraft,
  type BankAccountRecord,
  changeBankAccount,
  decryptBankAccount,
  draftBankAccount,
  hasNumber,
  toColumns,
} from './fields.ts'

interface Deps {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly users: UserService
}

export type BankAccountService = ReturnType<typeof createBankAccountService>

/** The message does not reveal whose account it is. */
const numberTaken = () => conflict('account_number_taken', 'This account number is in use already')

const toConflict = (error: unknown) =>
  violatedUnique(error)?.includes('account_number') ? numberTaken() : error

/** Clears `is_primary` on the current primary account. The caller holds the lock on the user. */
const clearPrimary = (tx: DatabaseTransaction, userId: number) =>
  tx.bankAccount.updateMany({ where: { userId, isPrimary: true }, data: { isPrimary: false } })

export function createBankAccountService({ database, crypto, users }: Deps) {
  async function find(
    tx: DatabaseTransaction,
    userId: number,
    id: number,
  ): Promise<BankAccountRecord> {
    const row = await tx.bankAccount.findUnique({ where: { id, userId } })
    if (row === null) throw notFound('Bank account', id)
    return decryptBankAccount(crypto, row)
  }

  /**
   * Checks that an account number is free before it replaces another. The unique index alone would
   * refuse a taken number too, but two requests that swap their numbers would deadlock there.
   */
  async function assertFree(tx: DatabaseTransaction, { accountNumber }: BankAccountDraft) {
    const taken = await tx.bankAccount.count({
      where: hasNumber(crypto, accountNumber),
    })
    if (taken > 0) throw numberTaken()
  }

  return {
    /** @throws AppError 403, 404 for the user, 409 for a number that is taken */
    async create(
      caller: Caller,
      userId: number,
      input: BankAccountCreate,
    ): Promise<BankAccountRecord> {
      const row = await database
        .$transaction(async (tx) => {
          const user = await users.lock(tx, caller, userId)
          const draft = draftBankAccount(user.id, input)
          if (draft.isPrimary) await clearPrimary(tx, userId)
          return await tx.bankAccount.create({ data: toColumns(crypto, draft) })
        })
        .catch((error: unknown) => {
          throw toConflict(error)
        })
      return decryptBankAccount(crypto, row)
    },

    /** In the order they were added. @throws AppError 404 for the user, 422 */
    async list(
      caller: Caller,
      userId: number,
      query: PagingQuery,
    ): Promise<Page<BankAccountRecord>> {
      await users.get(caller, userId)
      const page = await pageById(
        query,
        'asc',
        (range) => database.bankAccount.findMany({ ...range, where: { ...range.where, userId } }),
        () => database.bankAccount.count({ where: { userId } }),
      )
      return { ...page, items: page.items.map((row) => decryptBankAccount(crypto, row)) }
    },

    /** @throws AppError 404 for the user or the account */
    async get(caller: Caller, userId: number, id: number): Promise<BankAccountRecord> {
      await users.get(caller, userId)
      return await find(database, userId, id)
    },

    /** Changes the given fields and leaves the others. @throws AppError 403, 404, 409 */
    async update(
      caller: Caller,
      userId: number,
      id: number,
      changes: BankAccountUpdate,
    ): Promise<BankAccountRecord> {
      const row = await database
        .$transaction(async (tx) => {
          await users.lock(tx, caller, userId)
          const stored = await find(tx, userId, id)
          const changed = changeBankAccount(stored, changes)
          if (changed.accountNumber !== stored.accountNumber) await assertFree(tx, changed)
          if (changed.isPrimary && !stored.isPrimary) await clearPrimary(tx, userId)
          return await tx.bankAccount.update({ where: { id }, data: toColumns(crypto, changed) })
        })
        .catch((error: unknown) => {
          throw toConflict(error)
        })
      return decryptBankAccount(crypto, row)
    },

    /** @throws AppError 403, 404 */
    async remove(caller: Caller, userId: number, id: number): Promise<void> {
      await database.$transaction(async (tx) => {
        await users.lock(tx, caller, userId)
        const { count } = await tx.bankAccount.deleteMany({ where: { id, userId } })
        if (count === 0) throw notFound('Bank account', id)
      })
    },
  }
}
