import { formatCount, formatSeconds, type Screen } from '../../../lib/terminal.ts'
import type { Checked } from '../check/check.ts'
import type { Lag } from '../service/lag.ts'
import { formatChart } from './chart.ts'
import { formatBusiest } from './table.ts'

const BUSIEST = 10
const DIFFERENCES = 20

/** The currency that most transactions are in. */
function mainCurrency(checked: readonly Checked[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { analytics } of checked) {
    const { currency, transaction_count: count } = analytics
    counts.set(currency, (counts.get(currency) ?? 0) + count)
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
}

/** Shows what the service answered: the busiest users, and the months of the main currency. */
export function printFigures(screen: Screen, checked: readonly Checked[]): void {
  const analytics = checked.map((one) => one.analytics)
  screen.write(`\nThe busiest users\n\n${formatBusiest(analytics, BUSIEST)}\n`)
  const currency = mainCurrency(checked)
  if (currency === undefined) return
  const days = checked.filter((one) => one.analytics.currency === currency)
  const chart = formatChart(
    days.flatMap((one) => one.days),
    currency,
    screen.isTTY === true && !process.env['NO_COLOR'],
  )
  screen.write(`\nDebits and credits of all users by month, ${currency}\n\n${chart}\n\n`)
}

/**
 * Says how long changes took to reach the figures.
 *
 * @param lag by the service's own metrics, where it shows them
 * @param waited seconds from the last answer to a batch until every user was seen to be current
 */
export function printLag(screen: Screen, lag: Lag | undefined, waited: number): void {
  screen.write(`All figures current ${formatSeconds(waited)} after the last transaction\n`)
  if (lag === undefined) return
  const { mean, p95, count } = lag
  screen.write(
    `Event lag: mean ${formatSeconds(mean)}, p95 at most ${formatSeconds(p95)} (${formatCount(count)} recomputations)\n`,
  )
}

/** Says whether every figure is right, and which are not. @returns whether all are equal */
export function printVerdict(screen: Screen, users: number, checked: readonly Checked[]): boolean {
  const differences = checked.flatMap((one) => one.comparison.differences)
  const figures = checked.reduce((sum, one) => sum + one.comparison.figures, 0)
  const what = `${formatCount(users)} users, ${formatCount(figures)} figures`
  if (differences.length === 0) {
    screen.write(`${what}: all equal\n`)
    return true
  }
  for (const { userId, currency, figure, expected, got } of differences.slice(0, DIFFERENCES)) {
    screen.write(`User ${userId}, ${currency}, ${figure}: expected ${expected}, got ${got}\n`)
  }
  const more = differences.length - DIFFERENCES
  if (more > 0) screen.write(`... and ${formatCount(more)} more\n`)
  screen.write(`${what}: ${formatCount(differences.length)} DIFFER\n`)
  return false
}
