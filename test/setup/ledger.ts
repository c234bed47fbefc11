import type { TestDatabase } from './database.ts'

type Row = Record<string, unknown>

interface Day {
  readonly date: string
  readonly currency: string
  readonly transaction_count: number
  readonly credit: string
  readonly debit: string
  readonly squares: string
}

type Total = Omit<Day, 'date' | 'squares'> & {
  readonly busiest_date: string
  readonly busiest_count: number
}

/** A user's statistics by day and currency, and by currency. */
export interface Statistics {
  readonly days: readonly Day[]
  readonly totals: readonly Total[]
}

/** The rows of both statistics tables, with normalised amounts. */
export async function readStatistics(database: TestDatabase, userId: number): Promise<Statistics> {
  const days = await database.query<Day & Row>(
    `SELECT date::text, currency, transaction_count, trim_scale(total_credit)::text AS credit,
       trim_scale(total_debit)::text AS debit, trim_scale(total_squares)::text AS squares
     FROM daily_statistics WHERE user_id = $1 ORDER BY date, currency`,
    [userId],
  )
  const totals = await database.query<Total & Row>(
    `SELECT currency, transaction_count, trim_scale(total_credit)::text AS credit,
       trim_scale(total_debit)::text AS debit, busiest_date::text, busiest_count
     FROM user_statistics WHERE user_id = $1 ORDER BY currency`,
    [userId],
  )
  return { days, totals }
}

/** The expected rows, computed from the transactions in another way than Passbook does. */
export async function readLedger(database: TestDatabase, userId: number): Promise<Statistics> {
  const days = await database.query<Day & Row>(
    `SELECT to_char(transaction_date AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS date, currency,
       count(*)::int AS transaction_count,
       trim_scale(sum(CASE transaction_type WHEN 'credit' THEN transaction_amount ELSE 0 END))::text
         AS credit,
       trim_scale(sum(CASE transaction_type WHEN 'debit' THEN transaction_amount ELSE 0 END))::text
         AS debit, trim_scale(sum(transaction_amount * transaction_amount))::text AS squares
     FROM transactions WHERE user_id = $1 GROUP BY 1, 2 ORDER BY 1, 2`,
    [userId],
  )
  const totals = await database.query<Omit<Total, 'busiest_date' | 'busiest_count'> & Row>(
    `SELECT currency, count(*)::int AS transaction_count,
       trim_scale(coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'credit'), 0))::text
         AS credit,
       trim_scale(coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'debit'), 0))::text
         AS debit
     FROM transactions WHERE user_id = $1 GROUP BY 1 ORDER BY 1`,
    [userId],
  )
  const busiest = (currency: string) =>
    days
      .filter((day) => day.currency === currency)
      .reduce((best, day) => (day.transaction_count >= best.transaction_count ? day : best))
  return {
    days,
    totals: totals.map((total) => {
      const { date, transaction_count } = busiest(total.currency)
      return { ...total, busiest_date: date, busiest_count: transaction_count }
    }),
  }
}
