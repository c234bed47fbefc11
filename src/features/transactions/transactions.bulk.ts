import { STATUS_CODES } from 'node:http'
import { AppError, invalid, notFound } from '../../errors.ts'
import {
  type BulkItemError,
  type TransactionBulkCreateUnchecked,
  TransactionCreate,
} from '../../generated/schemas.ts'
import type { Caller } from '../../platform/auth.ts'
import { type DatabaseTransaction, violatesForeignKey } from '../../platform/prisma.ts'
import { compileCheck } from '../../platform/validator.ts'
import { mayAccess } from '../users/users.service.ts'
import {
  draftTransaction,
  type TransactionDraft,
  type TransactionRecord,
} from './transactions.fields.ts'
import { insertTransactions } from './transactions.queries.ts'
import { referenceTaken, type TransactionDeps } from './transactions.service.ts'

/** What became of one item: stored, or the error it would have had as a request of its own. */
export type BulkOutcome = TransactionRecord | AppError
type Checked<T> = T | AppError

const checkItem = compileCheck(TransactionCreate, 'body')

function readItem(item: unknown): Checked<TransactionCreate> {
  const checked = checkItem(item)
  return 'errors' in checked ? invalid(checked.errors) : (checked.value as TransactionCreate)
}

/** Runs a check that throws one of our errors, and returns it in place of throwing. */
function attempt<T>(check: () => T): Checked<T> {
  try {
    return check()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

/** An item's error as a request of its own would have had it, without the request id. */
export function itemError({ status, code, message, options }: AppError): BulkItemError {
  const title = STATUS_CODES[status] ?? 'Error'
  return {
    code,
    status,
    title,
    detail: message,
    ...(options.errors && { errors: [...options.errors] }),
  }
}

/** One error for a whole atomic request: what is wrong, at each item's place. */
function refuseAll(outcomes: readonly Checked<unknown>[]): AppError | undefined {
  const errors = outcomes.flatMap((outcome, index) => {
    if (!(outcome instanceof AppError)) return []
    const path = `/transactions/${index}`
    const { code, message, options } = outcome
    return options.errors
      ? options.errors.map((error) => ({ ...error, path: path + error.path }))
      : [
          {
            path: code === 'reference_taken' ? `${path}/reference` : `${path}/user_id`,
            code,
            message,
          },
        ]
  })
  return errors.length > 0 ? invalid(errors) : undefined
}

export type TransactionBulk = ReturnType<typeof createTransactionBulk>

export function createTransactionBulk({
  database,
  crypto,
  outbox,
  users,
  defaultCurrency,
}: TransactionDeps) {
  /** Every item checked as a request of its own would be, with one query for all users. */
  async function draftAll(
    caller: Caller,
    items: readonly unknown[],
  ): Promise<Checked<TransactionDraft>[]> {
    const inputs = items.map(readItem)
    const ids = inputs.flatMap((input) =>
      input instanceof AppError || !mayAccess(caller, input.user_id) ? [] : [input.user_id],
    )
    const owners = await users.findMany([...new Set(ids)])
    return inputs.map((input) => {
      if (input instanceof AppError) return input
      const owner = owners.get(input.user_id)
      if (owner === undefined) return notFound('User', input.user_id)
      return attempt(() => draftTransaction(input, owner, defaultCurrency))
    })
  }

  /** Stores what passed; the rest keeps its errors. */
  async function store(
    tx: DatabaseTransaction,
    drafts: readonly Checked<TransactionDraft>[],
    requestId: string,
  ): Promise<BulkOutcome[]> {
    const good = drafts.filter((draft): draft is TransactionDraft => !(draft instanceof AppError))
    const stored = await insertTransactions(tx, crypto, good, requestId)
    let next = 0
    return drafts.map((draft) =>
      draft instanceof AppError ? draft : (stored[next++] ?? referenceTaken()),
    )
  }

  async function checkAndStore(
    caller: Caller,
    { mode = 'atomic', transactions }: TransactionBulkCreateUnchecked,
    requestId: string,
  ): Promise<BulkOutcome[]> {
    const drafts = await draftAll(caller, transactions)
    const assertWhole = (outcomes: readonly Checked<unknown>[]) => {
      const refused = mode === 'atomic' ? refuseAll(outcomes) : undefined
      if (refused) throw refused
    }
    assertWhole(drafts)
    return await database.$transaction(async (tx) => {
      const stored = await store(tx, drafts, requestId)
      assertWhole(stored)
      return stored
    })
  }

  return {
    /**
     * Creates up to 1,000 transactions. `partial` stores every item that can be stored; `atomic`
     * stores all or nothing.
     *
     * @returns what became of each item, in the order of the request
     * @throws AppError 422 in atomic mode when an item is not acceptable; nothing is stored then
     */
    async create(
      caller: Caller,
      request: TransactionBulkCreateUnchecked,
      requestId: string,
    ): Promise<BulkOutcome[]> {
      const outcomes = await checkAndStore(caller, request, requestId).catch((error: unknown) => {
        // A user went away after the check: checked again, theirs are the items that are refused.
        if (violatesForeignKey(error)) return checkAndStore(caller, request, requestId)
        throw error
      })
      outbox.nudge()
      return outcomes
    },
  }
}
