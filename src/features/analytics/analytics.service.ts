import type { Cache } from '../../cache/cache.ts'
import type { Database, LookUps, PlainDatabase } from '../../database/client.ts'
import { shareLookUp } from '../../database/sharing/share-statement.ts'
import { type FieldError, invalid, notFound, queryError } from '../../errors.ts'
import type { Nudge } from '../../events/passes.ts'
import type { Analytics } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { contentOf, ReadyAnswer } from '../../lib/answers/ready-answer.ts'
import { minorDigits } from '../../lib/currencies.ts'
import type { Metrics } from '../../lib/metrics.ts'
import type { AlertRules } from '../alerts/alerts.public.ts'
import { mayAccess } from '../users/users.public.ts'
import { analyticsView } from './analytics.view.ts'
import {
  createTotalsLookUp,
  type DayFigures,
  type Figures,
  MAX_DAYS,
  readDays,
  readFigures,
  type Selection,
  tooManyDays,
} from './figures.ts'
import { repairDrift } from './repair-drift.ts'

/** PostgreSQL has no year 0. */
const EARLIEST_DATE = '0001-01-01'

interface Deps {
  readonly database: Database
  readonly lookUps: LookUps
  readonly prepared: PlainDatabase
  readonly cache: Cache
  readonly metrics: Metrics
  readonly outbox: Nudge
  readonly defaultCurrency: string
  /** Which transactions a recomputation leaves to alerts. */
  readonly alertRules: AlertRules
}

/** The parameters of a request. */
export interface AnalyticsQuery {
  readonly from?: string
  readonly to?: string
  readonly currency?: string
}

export interface AnalyticsRecord extends Selection {
  readonly figures: Figures
  readonly computedAt: Date
  readonly isCurrent: boolean
}

interface State {
  readonly version: string
  /** In milliseconds since 1970. */
  readonly computed_at: number
  readonly waiting: boolean
}

/** What the ledger holds of a user. A user without figures has neither a version nor a time. */
interface StateRow {
  readonly place: number
  readonly version: string | null
  readonly computed_at: number | null
  readonly waiting: boolean
}

/** Without `OFFSET 0` PostgreSQL may read the whole outbox, to look everybody up in it. */
const STATES = `
  SELECT place::int AS place, version::text AS version,
    (extract(epoch FROM computed_at) * 1000)::float8 AS computed_at, EXISTS (
    SELECT FROM outbox WHERE outbox.user_id = subject AND outbox.day IS NOT NULL OFFSET 0) AS waiting
  FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (subject, place)
  LEFT JOIN LATERAL (
    SELECT version, computed_at FROM statistics_versions WHERE user_id = subject OFFSET 0) AS known ON true`

export type AnalyticsService = ReturnType<typeof createAnalyticsService>

export function createAnalyticsService({
  database,
  lookUps,
  prepared,
  cache,
  metrics,
  outbox,
  defaultCurrency,
  alertRules,
}: Deps) {
  const stateOf = shareLookUp<StateRow>(lookUps, STATES)
  const totalsOf = createTotalsLookUp(lookUps)

  /** @throws AppError 422 for an unknown currency, a date out of range, or `to` before `from` */
  function select(
    userId: number,
    { from, to, currency = defaultCurrency }: AnalyticsQuery,
  ): Selection {
    const errors: FieldError[] = []
    if (minorDigits(currency) === undefined) {
      errors.push(
        queryError('currency', 'currency', 'is not an ISO 4217 currency: send a code such as USD'),
      )
    }
    for (const [name, date] of Object.entries({ from, to })) {
      if (date !== undefined && date < EARLIEST_DATE) {
        errors.push(queryError(name, 'date', 'must be in the years 1 to 9999'))
      }
    }
    if (from !== undefined && to !== undefined && from > to) {
      errors.push(queryError('to', 'period', 'must not be before from'))
    }
    if (errors.length > 0) throw invalid(errors)
    return { userId, currency, from, to }
  }

  /** Reads version and age of a user's figures. @throws AppError 404, also for somebody else's */
  async function readState(
    caller: Caller,
    userId: number,
    row: Promise<StateRow | undefined> | undefined = undefined,
  ): Promise<State> {
    if (!mayAccess(caller, userId)) throw notFound('User', userId)
    const { version, computed_at, waiting } = (await (row ?? stateOf(userId))) as StateRow
    // A version proves that the user exists: it is deleted with them.
    if (version !== null && computed_at !== null) return { version, computed_at, waiting }
    const user = await database.user.findUnique({
      where: { id: userId },
      select: { createdAt: true },
    })
    if (user === null) throw notFound('User', userId)
    return { version: '0', computed_at: user.createdAt.getTime(), waiting }
  }

  /** The totals of a user are one row, which requests that arrive together read together. */
  async function readStored(selection: Selection): Promise<Figures> {
    const { userId, currency, from, to } = selection
    if (from !== undefined || to !== undefined) return await readFigures(database, selection, false)
    return await totalsOf({ userId, currency })
  }

  return {
    /** Looks up the state of a user's figures, which {@link read} needs. */
    stateOf,

    /**
     * Reads a user's stored figures. Their answer is kept ready under the version that was read.
     *
     * @param state what was looked up ahead
     * @throws AppError 404, also for somebody else's figures; 422
     */
    async read(
      caller: Caller,
      userId: number,
      query: AnalyticsQuery,
      state?: Promise<StateRow | undefined>,
    ): Promise<ReadyAnswer<Analytics>> {
      const { version, computed_at, waiting } = await readState(caller, userId, state)
      const selection = select(userId, query)
      const { currency, from = '', to = '' } = selection
      const questionOf = (isWaiting: boolean) => {
        const name = [version, isWaiting, currency, from, to].join(':')
        return { userId, kind: 'figures', name } as const
      }
      return await cache.ready(questionOf(waiting), async () => {
        // Figures of one version stay the same while a change waits.
        const other = cache.kept(questionOf(!waiting)) as ReadyAnswer<Analytics> | undefined
        if (other) return new ReadyAnswer({ ...contentOf(other), is_current: !waiting })
        const figures = await readStored(selection)
        const record = {
          ...selection,
          figures,
          computedAt: new Date(computed_at),
          isCurrent: !waiting,
        }
        return new ReadyAnswer(analyticsView(record))
      })
    },

    /**
     * Computes a user's figures from the transactions.
     *
     * @throws AppError 404, also for somebody else's figures; 422
     */
    async compute(
      caller: Caller,
      userId: number,
      query: AnalyticsQuery,
      state?: Promise<StateRow | undefined>,
    ): Promise<AnalyticsRecord> {
      await readState(caller, userId, state)
      const selection = select(userId, query)
      const figures = await readFigures(database, selection, true)
      return { ...selection, figures, computedAt: new Date(), isCurrent: true }
    },

    /**
     * Reads the days that have transactions, oldest first.
     *
     * @throws AppError 404, also for somebody else's figures; 422, also for too many days
     */
    async readDaily(
      caller: Caller,
      userId: number,
      query: AnalyticsQuery,
      fromLedger: boolean,
      state?: Promise<StateRow | undefined>,
    ): Promise<{ readonly currency: string; readonly days: readonly DayFigures[] }> {
      const { version } = await readState(caller, userId, state)
      const selection = select(userId, query)
      const { currency } = selection
      const compute = () => readDays(database, selection, fromLedger)
      // The key carries the version that was read before computing. So a slow reader fills an old
      // key, and never puts old figures under a new one.
      const name = [version, currency, selection.from ?? '', selection.to ?? ''].join(':')
      const question = { userId, kind: 'days', name } as const
      const days = fromLedger ? await compute() : await cache.getOrSet(question, compute)
      if (days.length > MAX_DAYS) throw tooManyDays()
      return { currency, days }
    },

    /**
     * Recomputes the changed days of users, and the users' totals, from the ledger.
     * `prisma/functions/recompute_statistics.sql` says why it is exact. It is safe to run twice,
     * late, or for deleted users. Many users share one database transaction: one each took ten
     * times as long.
     */
    async recompute(userIds: readonly number[]): Promise<void> {
      const [first, ...others] = userIds
      if (first === undefined) return
      const recomputed = await prepared.rows<{ readonly oldest: Date }>(
        'SELECT oldest FROM recompute_statistics($1::bigint, $2::bigint[], $3::jsonb)',
        [first, others, JSON.stringify(alertRules)],
      )
      for (const { oldest } of recomputed) {
        metrics.eventLag.observe((Date.now() - oldest.getTime()) / 1000)
      }
    },

    /**
     * Finds stored statistics that differ from the ledger, counts them, and enqueues their repair.
     */
    async refresh(): Promise<void> {
      const drifted = await repairDrift(database)
      metrics.drift.inc(drifted)
      if (drifted > 0) outbox.nudge()
    },
  }
}
