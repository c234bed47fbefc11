import { violatesForeignKey, violatesUnique } from '../../database/client.ts'
import { isInUnitOfWork } from '../../database/unit-of-work.ts'
import { AppError, notFound } from '../../errors.ts'
import { type TransactionBulkCreateUnchecked, TransactionCreate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import {
  assertWhole,
  attempt,
  type Checked,
  itemReader,
  passed,
  withStored,
} from '../../http/bulk.ts'
import { mapInSlices } from '../../lib/slices.ts'
import { changeRefusal, mayAccess } from '../users/users.public.ts'
import { draftTransaction, type TransactionDraft, type TransactionRecord } from './fields.ts'
import { insertTransactions, type Run, runBy } from './insert-transactions.ts'
import { referenceTaken, type TransactionDeps } from './transactions.service.ts'

const readItem = itemReader<TransactionCreate>(TransactionCreate)

const fieldOf = ({ code }: AppError) => (code === 'reference_taken' ? 'reference' : 'user_id')

export type TransactionBulk = ReturnType<typeof createTransactionBulk>

export function createTransactionBulk({
  database,
  prepared,
  crypto,
  outbox,
  users,
  defaultCurrency,
  creations,
}: TransactionDeps) {
  /** Checks every item like a request of its own, with one query for all users. */
  async function draftAll(
    caller: Caller,
    items: readonly unknown[],
  ): Promise<Checked<TransactionDraft>[]> {
    const inputs = await mapInSlices(items, readItem)
    const ids = inputs.flatMap((input) =>
      input instanceof AppError || !mayAccess(caller, input.user_id) ? [] : [input.user_id],
    )
    const owners = await users.owners([...new Set(ids)])
    return await mapInSlices(inputs, (input) => {
      if (input instanceof AppError) return input
      const owner = owners.get(input.user_id)
      if (owner === undefined) return notFound('User', input.user_id)
      const refusal = changeRefusal(caller, owner, 'record')
      if (refusal) return refusal
      return attempt(() => draftTransaction(input, owner, defaultCurrency))
    })
  }

  async function checkAndStore(
    caller: Caller,
    { mode = 'atomic', transactions }: TransactionBulkCreateUnchecked,
    requestId: string,
  ): Promise<Checked<TransactionRecord>[]> {
    const drafts = await draftAll(caller, transactions)
    assertWhole(mode, drafts, 'transactions', fieldOf)
    const author = { caller, requestId }
    const insertions = passed(drafts).map((draft) => ({ draft, author }))
    const outcomesOf = (stored: readonly (TransactionRecord | undefined)[]) => {
      const outcomes = withStored(drafts, stored, referenceTaken)
      assertWhole(mode, outcomes, 'transactions', fieldOf)
      return outcomes
    }
    const inTransaction = () =>
      database.$transaction(async (tx) =>
        outcomesOf(await insertTransactions(runBy(tx), crypto, insertions)),
      )
    // What fails must not end the unit of work.
    if (isInUnitOfWork()) return await inTransaction()
    const run: Run = (text, entries) => prepared.rows(text, [entries])
    if (mode === 'partial') return outcomesOf(await insertTransactions(run, crypto, insertions))
    // A single statement is all or nothing by itself. Which references are taken, a second look tells.
    const stored = await insertTransactions(run, crypto, insertions, 'fail').catch(
      (error: unknown) => {
        if (violatesUnique(error)) return undefined
        throw error
      },
    )
    return stored ? outcomesOf(stored) : await inTransaction()
  }

  return {
    /**
     * Creates up to 1,000 transactions. `partial` stores every item that can be stored; `atomic`
     * stores all or nothing.
     *
     * @returns the outcome of each item, in the order of the request
     * @throws AppError 422 in atomic mode when an item is invalid; nothing is stored then
     */
    async create(
      caller: Caller,
      request: TransactionBulkCreateUnchecked,
      requestId: string,
    ): Promise<Checked<TransactionRecord>[]> {
      const store = () =>
        checkAndStore(caller, request, requestId).catch((error: unknown) => {
          // A user was deleted after the check. The second check refuses their items.
          if (violatesForeignKey(error)) return checkAndStore(caller, request, requestId)
          throw error
        })
      const origin = { source: 'bulk', requestId, accountId: caller.id } as const
      const outcomes = await creations.transactions(origin, store, passed)
      outbox.nudge()
      return outcomes
    },
  }
}
