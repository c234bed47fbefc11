import type { Database, PlainDatabase } from '../../database/client.ts'
import { FORMULA_VERSION, type Score } from './formula.ts'
import type { ScoreDay } from './score-months.ts'

/** A day as PostgreSQL sends it: date, currency, count, credit, debit. */
type DayTuple = readonly [string, string, number, string, string]

interface InputRow {
  readonly user_id: string
  readonly version: string
  readonly answered: readonly string[]
  readonly next_day: string | null
  readonly days: readonly DayTuple[]
}

/** What a user's score is computed from. */
export interface ScoreInputs {
  readonly userId: number
  /** The version of the figures. */
  readonly version: string
  /** The outbox rows that a score of these figures answers. */
  readonly answered: readonly string[]
  /** The next day with transactions after today. */
  readonly nextDay: string | null
  readonly days: readonly ScoreDay[]
}

const dayOf = ([date, currency, count, credit, debit]: DayTuple): ScoreDay => ({
  date,
  currency,
  count,
  credit: BigInt(credit),
  debit: BigInt(debit),
})

/** Reads the stored figures of those users who wait for a score, of each month under its latest day. */
export async function readInputs(
  prepared: PlainDatabase,
  userIds: readonly number[],
  today: string,
): Promise<readonly ScoreInputs[]> {
  const rows = await prepared.rows<InputRow>(
    `SELECT user_id::text, version::text, answered::text[], next_day::text, days
     FROM score_inputs($1::bigint[], $2::date)`,
    [userIds, today],
  )
  return rows.map(({ user_id, version, answered, next_day, days }) => ({
    userId: Number(user_id),
    version,
    answered,
    nextDay: next_day,
    days: days.map(dayOf),
  }))
}

/** Computes the days of the last 24 months from a user's transactions. */
export async function readLedgerDays(
  database: Database,
  userId: number,
  today: string,
): Promise<readonly ScoreDay[]> {
  const rows = await database.$queryRaw<{ day: DayTuple }[]>`
    SELECT json_build_array(date, currency, transaction_count,
      trunc(total_credit * 10000)::text, trunc(total_debit * 10000)::text) AS day
    FROM (
      SELECT (max(transaction_date) AT TIME ZONE 'UTC')::date AS last FROM transactions
      WHERE user_id = ${userId} AND transaction_date < (${today}::date + 1)::timestamp AT TIME ZONE 'UTC'
    ) AS latest CROSS JOIN LATERAL ledger_days(${userId}, (last - interval '24 months')::date, last)`
  return rows.map(({ day }) => dayOf(day))
}

/** A user's score, and what it was computed from. */
export interface Scored {
  readonly inputs: ScoreInputs
  readonly score: Score
}

/** Stores scores, and deletes the outbox rows that they answer. */
export async function storeScores(
  prepared: PlainDatabase,
  scored: readonly Scored[],
): Promise<void> {
  const rows = scored.map(({ inputs, score: { score, factors } }) => ({
    user_id: inputs.userId,
    answered: inputs.answered,
    version: inputs.version,
    next_day: inputs.nextDay,
    score,
    factors,
  }))
  await prepared.rows('SELECT true FROM store_credit_scores($1::jsonb, $2::int)', [
    JSON.stringify(rows),
    FORMULA_VERSION,
  ])
}
