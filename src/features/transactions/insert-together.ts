import { type Database, type PlainDatabase, SHARED_LOCK_MS } from '../../database/client.ts'
import { isRolledBack } from '../../database/errors.ts'
import { shareStatement } from '../../database/sharing/share-statement.ts'
import { isInUnitOfWork } from '../../database/unit-of-work.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { Remembered } from '../../lib/remembered.ts'
import type { TransactionRecord } from './fields.ts'
import { type Insertion, insertTransactions, runBy } from './insert-transactions.ts'

/** How many shared commits are under way at once. */
const MAX_COMMITS = 2
/** How long the transactions of a user who held up others are stored one by one. */
const APART_MS = 5_000
/** How many such users are remembered, at least. */
const MAX_APART = 10_000
/** What became of a transaction whose commit failed for any of those that shared it. */
const ALONE = Symbol('to be stored alone')

interface Deps {
  readonly database: Database
  readonly commits: PlainDatabase
  readonly crypto: FieldCrypto
}

/**
 * Creates what stores single transactions. Those of requests that arrive together share one
 * statement and its commit. Nobody is worse off for it:
 *
 * - If the statement fails, nothing of it was stored. Each transaction is then stored alone, and its
 *   request gets its own answer.
 * - The statement waits for a lock only for a moment. Whoever has to wait longer does so alone, and
 *   the user's next transactions are stored apart from others for a while.
 * - If it is unknown whether it was committed, nothing is stored again.
 *
 * A transaction within a unit of work is part of that, and shares nothing.
 */
export function createInsertTogether({ database, commits, crypto }: Deps) {
  /** Until when. */
  const apart = new Remembered<bigint, number>(MAX_APART)
  const isApart = (userId: bigint) => (apart.get(userId) ?? 0) > Date.now()

  const together = shareStatement(
    async (
      insertions: readonly Insertion[],
    ): Promise<readonly (TransactionRecord | undefined | typeof ALONE)[]> => {
      const run = (text: string, parameter: string) => commits.rows<never>(text, [parameter])
      return await insertTransactions(run, crypto, insertions).catch((error: unknown) => {
        if (!isRolledBack(error)) throw error
        return insertions.map(() => ALONE)
      })
    },
    { maxRunning: MAX_COMMITS },
  )

  async function alone(insertion: Insertion): Promise<TransactionRecord | undefined> {
    const [stored] = await insertTransactions(runBy(database), crypto, [insertion])
    return stored
  }

  /**
   * Stores a transaction; undefined when the reference is taken.
   *
   * @throws the driver's or Prisma's error, also when the user was deleted meanwhile
   */
  return async (insertion: Insertion): Promise<TransactionRecord | undefined> => {
    const { userId } = insertion.draft
    if (isInUnitOfWork() || isApart(userId)) return await alone(insertion)
    const stored = await together(insertion)
    if (stored !== ALONE) return stored
    apart.set(userId, Date.now() + APART_MS)
    const began = performance.now()
    try {
      return await alone(insertion)
    } finally {
      if (performance.now() - began < SHARED_LOCK_MS) apart.set(userId, 0)
    }
  }
}
