import type { TestDatabase } from '../setup/database.ts'
import type { TestService } from '../setup/service.ts'

/** A transaction as a test books it. */
export interface Booking {
  readonly date: string
  readonly amount: string | number
  readonly currency?: string
}

/** Inserts transactions in one statement, bypassing Passbook. @returns their ids */
export async function insertBookings(
  database: TestDatabase,
  userId: number,
  bookings: readonly Booking[],
): Promise<readonly number[]> {
  const rows = await database.query<{ id: number }>(
    `INSERT INTO transactions
       (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
     SELECT $1, '', date::timestamptz, amount, 'debit', coalesce(currency, 'USD')
     FROM jsonb_to_recordset($2) AS booked (date text, amount numeric, currency text)
     RETURNING id::int`,
    [userId, JSON.stringify(bookings)],
  )
  return rows.map(({ id }) => id)
}

/** An alert as it is stored. */
export interface StoredAlert {
  readonly id: number
  readonly kind: string
  readonly cause: string
}

/** A user's alerts, oldest first. */
export const alertsOf = (database: TestDatabase, userId: number): Promise<StoredAlert[]> =>
  database.query<StoredAlert & Record<string, unknown>>(
    'SELECT id::int, kind, cause FROM alerts WHERE user_id = $1 ORDER BY id',
    [userId],
  )

/** Recomputes figures and looks for alerts, as the worker does. @returns the kind and cause of all alerts of the user */
export async function raised({ services, database }: TestService, userId: number) {
  await services.analytics.recompute([userId])
  await services.alerts.raise([userId])
  const alerts = await alertsOf(database, userId)
  return alerts.map(({ kind, cause }) => `${kind} ${cause}`).sort()
}

/** Stores a credit score as the consumer of scores does. */
export const storeScore = (
  database: TestDatabase,
  userId: number,
  score: number | null,
  formula = 1,
) =>
  database.query(
    `INSERT INTO credit_scores (user_id, score, factors, formula_version, statistics_version, computed_at)
     VALUES ($1, $2, '[]', $3, 0, now())
     ON CONFLICT (user_id) DO UPDATE SET score = excluded.score, formula_version = excluded.formula_version`,
    [userId, score, formula],
  )

/** Inserts an alert of a fallen score. @returns its id */
export async function insertAlert(database: TestDatabase, userId: number): Promise<number> {
  const [row] = await database.query<{ id: number }>(
    `INSERT INTO alerts (user_id, kind, cause, score, previous_score)
     VALUES ($1, 'score_drop', gen_random_uuid(), 500, 700) RETURNING id::int`,
    [userId],
  )
  return row?.id ?? 0
}
