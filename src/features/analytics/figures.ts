import { type Database, type LookUps, Prisma } from '../../database/client.ts'
import { shareStatement } from '../../database/sharing/share-statement.ts'
import { invalid, queryError } from '../../errors.ts'

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

const TOTALS = `
  SELECT place::int AS place, totals.*
  FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS asked (subject, code, place)
  CROSS JOIN LATERAL (
    SELECT transaction_count, total_credit::text AS total_credit, total_debit::text AS total_debit,
      busiest_date::text AS busiest_date, busiest_count
    FROM user_statistics WHERE user_id = subject AND currency = code OFFSET 0) AS totals`

/**
 * Creates what reads the stored totals of all of a user's transactions in one currency. Requests
 * that arrive together share a look-up.
 */
export function createTotalsLookUp(lookUps: LookUps) {
  return shareStatement(async (asked: readonly Pick<Selection, 'userId' | 'currency'>[]) => {
    const rows = await lookUps.rows<Figures & { readonly place: number }>(TOTALS, [
      asked.map(({ userId }) => userId),
      asked.map(({ currency }) => currency),
    ])
    const found = new Map(rows.map((row) => [row.place - 1, row]))
    return asked.map((_, index) => found.get(index) ?? NOTHING)
  }, lookUps)
}

/**
 * Adds up the days of a selection, of which each has figures. Of equally busy days, the latest is
 * the busiest.
 */
export async function readFigures(
  database: Database,
  selection: Selection,
  fromLedger: boolean,
): Promise<Figures> {
  const [figures] = await database.$queryRaw<Figures[]>`
    SELECT sum(transaction_count)::int AS transaction_count,
      sum(total_credit)::text AS total_credit, sum(total_debit)::text AS total_debit,
      busiest_day(max(busyness(transaction_count, date)))::text AS busiest_date,
      max(transaction_count) AS busiest_count
    FROM (${daysOf(selection, fromLedger)}) AS days HAVING count(*) > 0`
  return figures ?? NOTHING
}

/** About a hundred years. An answer with as many days does not delay other requests. */
export const MAX_DAYS = 36_525

export const tooManyDays = () =>
  invalid([
    queryError(
      'from',
      'period',
      `selects more than ${MAX_DAYS} days with transactions: send a shorter period`,
    ),
  ])

/**
 * Reads the days that have transactions, oldest first. Reads one more than {@link MAX_DAYS}, so
 * that the caller can tell that there are too many.
 */
export const readDays = (database: Database, selection: Selection, fromLedger: boolean) =>
  database.$queryRaw<DayFigures[]>`
    SELECT date::text, transaction_count, total_credit::text, total_debit::text
    FROM (${daysOf(selection, fromLedger)}) AS days ORDER BY days.date LIMIT ${MAX_DAYS + 1}`
