import { type Database, Prisma } from '../../database/client.ts'

/** A user's transactions in one currency. Without `from` or `to` the period is open at that end. */
export interface Selection {
  readonly userId: number
  readonly currency: string
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Totals are exact decimals as text. */
export interface Figures {
  readonly transaction_count: number
  readonly total_credit: string
  readonly total_debit: string
  readonly busiest_date: string | null
  readonly busiest_count: number | null
}

export interface DayFigures {
  readonly date: string
  readonly transaction_count: number
  readonly total_credit: string
  readonly total_debit: string
}

const NOTHING: Figures = {
  transaction_count: 0,
  total_credit: '0',
  total_debit: '0',
  busiest_date: null,
  busiest_count: null,
}

/** The stored statistics of a selection's days. */
function storedDays({
  userId,
  currency,
  from = '-infinity',
  to = 'infinity',
}: Selection): Prisma.Sql {
  return Prisma.sql`
    SELECT date, transaction_count, total_credit, total_debit FROM daily_statistics
    WHERE user_id = ${userId} AND currency = ${currency}
      AND date >= ${from}::date AND date <= ${to}::date`
}

/** The days of a selection, computed from its transactions. */
function ledgerDays({
  userId,
  currency,
  from = '-infinity',
  to = 'infinity',
}: Selection): Prisma.Sql {
  return Prisma.sql`
    SELECT date, transaction_count, total_credit, total_debit
    FROM ledger_days(${userId}, ${from}::date, ${to}::date) WHERE currency = ${currency}`
}

const daysOf = (selection: Selection, fromLedger: boolean) =>
  fromLedger ? ledgerDays(selection) : storedDays(selection)

/** Reads the totals of a selection. Of equally busy days, the latest is the busiest. */
export async function readFigures(
  database: Database,
  selection: Selection,
  fromLedger: boolean,
): Promise<Figures> {
  const { userId, currency, from, to } = selection
  const rolledUp = !fromLedger && from === undefined && to === undefined
  const [figures] = rolledUp
    ? await database.$queryRaw<Figures[]>`
        SELECT transaction_count, total_credit::text, total_debit::text,
          busiest_date::text, busiest_count
        FROM user_statistics WHERE user_id = ${userId} AND currency = ${currency}`
    : await database.$queryRaw<Figures[]>`
        SELECT sum(transaction_count)::int AS transaction_count,
          sum(total_credit)::text AS total_credit, sum(total_debit)::text AS total_debit,
          busiest_day(max(busyness(transaction_count, date)))::text AS busiest_date,
          max(transaction_count) AS busiest_count
        FROM (${daysOf(selection, fromLedger)}) AS days HAVING count(*) > 0`
  return figures ?? NOTHING
}

/** About a hundred years. An answer with as many days does not delay other requests. */
export const MAX_DAYS = 36_525

/**
 * Reads the days that have transactions, oldest first. Reads one more than {@link MAX_DAYS}, so
 * that the caller can tell that there are too many.
 */
export const readDays = (database: Database, selection: Selection, fromLedger: boolean) =>
  database.$queryRaw<DayFigures[]>`
    SELECT date::text, transaction_count, total_credit::text, total_debit::text
    FROM (${daysOf(selection, fromLedger)}) AS days ORDER BY days.date LIMIT ${MAX_DAYS + 1}`
