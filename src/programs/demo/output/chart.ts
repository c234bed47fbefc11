import { styleText } from 'node:util'
import type { DailyAnalytics } from '../../../generated/schemas.ts'
import { fromMinor, groupThousands, type Minor, minorDigits, toMinor } from '../money.ts'

const BAR_WIDTH = 22
/** The latest months are shown, this many at most. */
const MONTHS = 24

interface Month {
  credit: Minor
  debit: Minor
}

/** Sums of minor units by month, oldest first. */
function sumByMonth(days: readonly DailyAnalytics[], digits: number): [string, Month][] {
  const minor = (text: string) => toMinor(text, digits) ?? 0n
  const months = new Map<string, Month>()
  for (const { date, total_credit, total_debit } of days) {
    const name = date.slice(0, 7)
    const month = months.get(name) ?? { credit: 0n, debit: 0n }
    month.credit += minor(total_credit)
    month.debit += minor(total_debit)
    months.set(name, month)
  }
  return [...months].sort(([a], [b]) => (a < b ? -1 : 1)).slice(-MONTHS)
}

/** A bar in proportion to the largest; what is above zero shows at least one mark. */
function barLength(amount: Minor, largest: Minor): number {
  if (amount === 0n || largest === 0n) return 0
  return Math.max(1, Math.round(Number((amount * 1000n * BigInt(BAR_WIDTH)) / largest) / 1000))
}

/**
 * Credits and debits of one currency by month, as bars in plain characters.
 *
 * @param days of any number of users, in any order
 */
export function formatChart(
  days: readonly DailyAnalytics[],
  currency: string,
  colour: boolean,
): string {
  const digits = minorDigits(currency) ?? 2
  const months = sumByMonth(days, digits)
  const amounts = months.flatMap(([, { credit, debit }]) => [credit, debit])
  let largest = 0n
  for (const amount of amounts) if (amount > largest) largest = amount
  const text = (amount: Minor) => groupThousands(fromMinor(amount, digits))
  const width = Math.max(6, ...amounts.map((amount) => text(amount).length))
  const paint = (style: 'green' | 'red', bar: string) =>
    colour && bar !== '' ? styleText(style, bar) : bar

  const rows = months.map(([name, { credit, debit }]) => {
    const left = barLength(debit, largest)
    const right = barLength(credit, largest)
    return [
      name,
      text(debit).padStart(width),
      `${' '.repeat(BAR_WIDTH - left)}${paint('red', '='.repeat(left))}|${paint('green', '#'.repeat(right))}${' '.repeat(BAR_WIDTH - right)}`,
      text(credit).padStart(width),
    ].join('  ')
  })
  const heading = [
    'Month  ',
    'Debits'.padStart(width),
    ' '.repeat(2 * BAR_WIDTH + 1),
    'Credits'.padStart(width),
  ].join('  ')
  return [heading, ...rows].join('\n')
}
