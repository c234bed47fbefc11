/** The figures of one UTC day in one currency. Totals are in ten-thousandths of the currency. */
export interface ScoreDay {
  /** `YYYY-MM-DD` */
  readonly date: string
  readonly currency: string
  readonly count: number
  readonly credit: bigint
  readonly debit: bigint
}

/** The totals of a month. */
export interface Month {
  readonly count: bigint
  readonly credit: bigint
  readonly debit: bigint
}

const NOTHING: Month = { count: 0n, credit: 0n, debit: 0n }

/** How many months a score looks back. */
export const WINDOW_MONTHS = 24

/**
 * How many whole months lie between a day and `end`. A month ends on the day of the month of `end`,
 * so a month under way never looks like one with little income.
 */
function monthsBefore(end: string): (date: string) => number {
  const monthOf = (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7))
  const [lastMonth, lastDay] = [monthOf(end), end.slice(8)]
  return (date) => lastMonth - monthOf(date) - (date.slice(8) > lastDay ? 1 : 0)
}

/** The currency with the most transactions; of several such, the first in the alphabet. */
function mainCurrency(days: readonly ScoreDay[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { currency, count } of days) counts.set(currency, (counts.get(currency) ?? 0) + count)
  const most = Math.max(...counts.values())
  return [...counts.keys()].filter((currency) => counts.get(currency) === most).sort()[0]
}

/**
 * Sums up the days of a score by month, oldest first, in the user's main currency. The months end
 * with the latest day that is not after `today`, and begin with the first one that has
 * transactions. None without transactions.
 *
 * @param days in any order
 * @param today `YYYY-MM-DD`; later days are left out
 */
export function scoreMonths(days: readonly ScoreDay[], today: string): readonly Month[] {
  const past = days.filter(({ date }) => date <= today)
  const end =
    past
      .map(({ date }) => date)
      .sort()
      .at(-1) ?? ''
  const ageOf = monthsBefore(end)
  const inWindow = past.filter(({ date }) => ageOf(date) < WINDOW_MONTHS)
  const currency = mainCurrency(inWindow)
  const newestFirst: Month[] = []
  for (const day of inWindow) {
    if (day.currency !== currency) continue
    const at = ageOf(day.date)
    while (newestFirst.length <= at) newestFirst.push(NOTHING)
    const month = newestFirst[at] ?? NOTHING
    newestFirst[at] = {
      count: month.count + BigInt(day.count),
      credit: month.credit + day.credit,
      debit: month.debit + day.debit,
    }
  }
  return newestFirst.reverse()
}
