import { type Database, Prisma } from '../../database/client.ts'

/** What is asked for: a user's transactions of one currency, in a period of UTC days or ever. */
export interface Selection {
  readonly userId: number
  readonly currency: string
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Totals as exact decimals in text. */
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

/** The days of a selection as the worker left them. */
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

/** The days of a selection from the transactions themselves. */
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

/** A day's or several days' totals; a tie for the busiest day goes to the latest. */
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

/** About a hundred years. So many are put into an answer without keeping others waiting. */
export const MAX_DAYS = 36_525

/** The days that have transactions, oldest first; of more than {@link MAX_DAYS} one more than those. */
export const readDays = (database: Database, selection: Selection, fromLedger: boolean) =>
  database.$queryRaw<DayFigures[]>`
    SELECT date::text, transaction_count, total_credit::text, total_debit::text
    FROM (${daysOf(selection, fromLedger)}) AS days ORDER BY days.date LIMIT ${MAX_DAYS + 1}`
