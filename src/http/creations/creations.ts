import { afterCommit } from '../../database/unit-of-work.ts'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'
import { noteFailedUsers } from './failed-users.ts'

/**
 * The way in which records are created: one in a request, by registering, many in a request, or at
 * the first start. Those of a file are counted by its import.
 */
export type Source = 'single' | 'registration' | 'bulk' | 'start'

/** Where new records come from. */
export interface Origin {
  readonly source: Source
  readonly requestId?: string | undefined
  /** The account that creates them. Nobody is logged in while they register. */
  readonly accountId?: number | undefined
}

/** New users, and the problem codes of those that a bulk request could not create. */
export interface UserOutcome {
  readonly ids: readonly bigint[]
  readonly refused?: readonly string[]
}

/** The parts of a new transaction that operators see. */
export interface CreatedTransaction {
  readonly id: bigint
  readonly userId: bigint
  readonly type: 'credit' | 'debit'
}

export type Creations = ReturnType<typeof createCreations>

/** A single id, or of several their number, the smallest and the largest. */
function idFields(name: 'user' | 'transaction', ids: readonly bigint[]): object {
  const sorted = ids.map(Number).sort((a, b) => a - b)
  const [first] = sorted
  return sorted.length === 1
    ? { [`${name}_id`]: first }
    : {
        count: sorted.length,
        [`first_${name}_id`]: first,
        [`last_${name}_id`]: sorted.at(-1),
      }
}

/**
 * Shows operators which users and transactions requests create: as metrics, and as one log line a
 * request that holds ids alone. What is rolled back is neither counted nor logged.
 */
export function createCreations({ metrics, log }: { metrics: Metrics; log: Log }) {
  const startClock = () => {
    const began = performance.now()
    return () => performance.now() - began
  }
  const originFields = ({ source, accountId, requestId }: Origin, ms: number) => ({
    source,
    account_id: accountId,
    request_id: requestId,
    ms: Math.round(ms),
  })

  return {
    /**
     * Runs work that stores users.
     *
     * @param outcomeOf says what came of it
     */
    async users<T>(
      origin: Origin,
      work: () => Promise<T>,
      outcomeOf: (stored: T) => UserOutcome,
    ): Promise<T> {
      const { source } = origin
      const elapsed = startClock()
      const time = (result: 'created' | 'failed', ms: number) =>
        metrics.userCreation.observe({ source, result }, ms / 1000)
      const stored = await work().catch((error: unknown) => {
        time('failed', elapsed())
        throw error
      })
      await afterCommit(() => {
        const ms = elapsed()
        const { ids, refused = [] } = outcomeOf(stored)
        time(ids.length > 0 ? 'created' : 'failed', ms)
        metrics.usersCreated.inc({ source }, ids.length)
        const fields = originFields(origin, ms)
        if (ids.length > 0) log.info({ ...idFields('user', ids), ...fields }, 'user_created')
        noteFailedUsers(metrics, log, refused, fields)
      })
      return stored
    },

    /**
     * Runs work that stores transactions.
     *
     * @param createdOf selects the new ones
     */
    async transactions<T>(
      origin: Origin,
      work: () => Promise<T>,
      createdOf: (stored: T) => readonly CreatedTransaction[],
    ): Promise<T> {
      const { source } = origin
      const elapsed = startClock()
      const stored = await work()
      await afterCommit(() => {
        const created = createdOf(stored)
        for (const { type } of created) metrics.transactionsCreated.inc({ type, source })
        const [first] = created
        if (first === undefined) return
        const ids = idFields(
          'transaction',
          created.map(({ id }) => id),
        )
        const user = created.length === 1 ? { user_id: Number(first.userId) } : {}
        log.info({ ...ids, ...user, ...originFields(origin, elapsed()) }, 'transaction_created')
      })
      return stored
    },
  }
}
