import type { Database, PlainDatabase, Prisma } from '../../database/client.ts'
import { notFound } from '../../errors.ts'
import type { Nudge } from '../../events/passes.ts'
import type { ScoreFactor } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { Metrics } from '../../lib/metrics.ts'
import { mapInSlices, slicesOf } from '../../lib/slices.ts'
import { mayAccess } from '../users/users.public.ts'
import { FORMULA_VERSION, scoreOf } from './formula.ts'
import { readInputs, readLedgerDays, storeScores } from './score-rows.ts'

/** How many users are read and stored together. */
const USERS_AT_ONCE = 100
/** How many users a sweep finds for each reason. */
const SWEEP_USERS = 2_000

interface Deps {
  readonly database: Database
  readonly prepared: PlainDatabase
  readonly metrics: Metrics
  readonly outbox: Nudge
  /** The time; a test has its own. */
  readonly now?: () => Date
}

export interface ScoreRecord {
  readonly score: number | null
  readonly factors: readonly ScoreFactor[]
  readonly formulaVersion: number
  readonly computedAt: Date
  readonly isCurrent: boolean
}

export type PastScoreRecord = Prisma.CreditScoreHistoryGetPayload<object>

/** What the ledger holds of a user's score. All but `outdated` is null for a user without one. */
interface StateRow {
  readonly score: number | null
  readonly factors: readonly ScoreFactor[] | null
  readonly formula_version: number | null
  readonly computed_at: Date | null
  readonly outdated: boolean
}

export type CreditScoreService = ReturnType<typeof createCreditScoreService>

export function createCreditScoreService({
  database,
  prepared,
  metrics,
  outbox,
  now = () => new Date(),
}: Deps) {
  const today = () => now().toISOString().slice(0, 10)

  /** @throws AppError 404, also for somebody else */
  async function userSince(caller: Caller, userId: number): Promise<Date> {
    const user = mayAccess(caller, userId)
      ? await database.user.findUnique({ where: { id: userId }, select: { createdAt: true } })
      : null
    if (user === null) throw notFound('User', userId)
    return user.createdAt
  }

  /** @throws AppError 404, also for somebody else */
  async function readStored(caller: Caller, userId: number): Promise<ScoreRecord> {
    if (!mayAccess(caller, userId)) throw notFound('User', userId)
    const [state] = await database.$queryRaw<[StateRow]>`
      SELECT score, factors, formula_version, computed_at,
        coalesce(formula_version < ${FORMULA_VERSION}::int OR next_day <= ${today()}::date, false) OR EXISTS (
          SELECT FROM outbox WHERE outbox.user_id = subject AND outbox_turn(type, day) IN ('figures', 'score')) AS outdated
      FROM (SELECT ${userId}::bigint AS subject) AS asked LEFT JOIN credit_scores ON user_id = subject`
    const { score, factors, formula_version, computed_at, outdated } = state
    // A stored score proves that the user exists: it is deleted with them.
    return {
      score,
      factors: factors ?? [],
      formulaVersion: formula_version ?? FORMULA_VERSION,
      computedAt: computed_at ?? (await userSince(caller, userId)),
      isCurrent: !outdated,
    }
  }

  return {
    /**
     * Reads a user's score: the stored one, or with `fromLedger` computed from the transactions.
     *
     * @throws AppError 404, also for somebody else's score
     */
    async read(caller: Caller, userId: number, fromLedger: boolean): Promise<ScoreRecord> {
      const stored = await readStored(caller, userId)
      if (!fromLedger) return stored
      const days = await readLedgerDays(database, userId, today())
      return {
        ...scoreOf(days, today()),
        formulaVersion: FORMULA_VERSION,
        computedAt: now(),
        isCurrent: true,
      }
    },

    /** Newest first. @throws AppError 404, also for somebody else's scores; 422 */
    async history(
      caller: Caller,
      userId: number,
      query: PagingQuery,
    ): Promise<Page<PastScoreRecord>> {
      await userSince(caller, userId)
      return await pageById(
        query,
        'desc',
        (range) =>
          database.creditScoreHistory.findMany({ ...range, where: { ...range.where, userId } }),
        () => database.creditScoreHistory.count({ where: { userId } }),
      )
    },

    /**
     * Computes the scores of users whose figures changed, and deletes their outbox rows with the
     * store. It is safe to run twice, late, or for deleted users: `store_credit_scores.sql` says why.
     */
    async compute(userIds: readonly number[]): Promise<void> {
      // Each process takes the locks of users in the same order.
      const ascending = userIds.toSorted((a, b) => a - b)
      for (const ids of slicesOf(ascending, USERS_AT_ONCE)) {
        const day = today()
        const waiting = await readInputs(prepared, ids, day)
        const scored = await mapInSlices(waiting, (inputs) => ({
          inputs,
          score: scoreOf(inputs.days, day),
        }))
        await storeScores(prepared, scored)
        metrics.creditScores.inc(scored.length)
      }
    },

    /** Enqueues some of the users whose score is of an older formula, or for whom a day has come. */
    async sweep(): Promise<void> {
      const [row] = await database.$queryRaw<[{ enqueued: number }]>`
        SELECT enqueue_outdated_scores(${FORMULA_VERSION}::int, ${today()}::date, ${SWEEP_USERS}::int) AS enqueued`
      if (row.enqueued > 0) outbox.nudge()
    },
  }
}
