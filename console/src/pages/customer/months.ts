import type { DailyAnalytics } from '#sdk'
import { sumAmounts } from '../../app/sum.ts'
import type { Month } from '../../charts/months-chart.tsx'

/** How many months are shown. */
export const MONTHS = 24

const monthOf = (date: string): string => date.slice(0, 7)

/** The first day of the month that lies so many months before another. */
export function monthsBefore(date: string, count: number): string {
  const [year = 0, month = 1] = date.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1 - count, 1)).toISOString().slice(0, 10)
}

/** The days of each month together, from the first month to the last, also those without any. */
export function byMonth(days: readonly DailyAnalytics[]): readonly Month[] {
  const [first, last] = [days[0]?.date, days.at(-1)?.date]
  if (first === undefined || last === undefined) return []
  const months: Month[] = []
  for (let date = monthsBefore(first, 0); monthOf(date) <= monthOf(last); ) {
    const month = monthOf(date)
    const within = days.filter((day) => monthOf(day.date) === month)
    months.push({
      month,
      credit: sumAmounts(within.map(({ total_credit }) => total_credit)),
      debit: sumAmounts(within.map(({ total_debit }) => total_debit)),
    })
    date = monthsBefore(date, -1)
  }
  return months
}
