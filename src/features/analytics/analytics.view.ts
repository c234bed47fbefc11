import type { Prisma } from '../../database/client.ts'
import type { Analytics, BusiestUser, DailyAnalytics } from '../../generated/schemas.ts'
import { averageMoney, formatMoney, money } from '../../lib/money.ts'
import type { AnalyticsRecord } from './analytics.service.ts'
import type { DayFigures } from './figures.ts'

/** A user's figures as the API shows them. */
export function analyticsView(record: AnalyticsRecord): Analytics {
  const { userId, currency, from, to, figures } = record
  const credit = money(figures.total_credit)
  const debit = money(figures.total_debit)
  const count = figures.transaction_count
  return {
    user_id: userId,
    currency,
    period:
      from === undefined && to === undefined
        ? null
        : { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
    transaction_count: count,
    average_transaction_value: averageMoney(credit.plus(debit), count, currency),
    busiest_day:
      figures.busiest_date === null
        ? null
        : { date: figures.busiest_date, transaction_count: figures.busiest_count ?? 0 },
    total_credit: formatMoney(credit, currency),
    total_debit: formatMoney(debit, currency),
    net_total: formatMoney(credit.minus(debit), currency),
    computed_at: record.computedAt.toISOString(),
    is_current: record.isCurrent,
  }
}

/** One day's figures as the API shows them. */
export const dayView = (day: DayFigures, currency: string): DailyAnalytics => ({
  date: day.date,
  transaction_count: day.transaction_count,
  total_credit: formatMoney(money(day.total_credit), currency),
  total_debit: formatMoney(money(day.total_debit), currency),
})

/** A user's totals in one currency as a list of the busiest shows them. */
export const busiestUserView = (
  totals: Prisma.UserStatisticsGetPayload<object>,
  name: string,
): BusiestUser => ({
  user_id: Number(totals.userId),
  name,
  currency: totals.currency,
  transaction_count: totals.transactionCount,
  total_credit: formatMoney(money(totals.totalCredit), totals.currency),
  total_debit: formatMoney(money(totals.totalDebit), totals.currency),
  busiest_day: {
    date: totals.busiestDate.toISOString().slice(0, 10),
    transaction_count: totals.busiestCount,
  },
})
