import type { Outcome } from '../../../lib/process.ts'
import { formatCount, formatSeconds } from '../../../lib/terminal.ts'
import type { Checked } from '../check/check.ts'
import type { Difference } from '../check/compare.ts'
import type { Input } from '../input/input.ts'
import type { DemoRun } from '../run.ts'
import { formatChart } from './chart.ts'
import { formatBusiest } from './table.ts'

const MAX_BUSIEST = 10
const MAX_DIFFERENCES = 20

/** The currency that most transactions are in. */
function mainCurrency(checked: readonly Checked[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { analytics } of checked) {
    const { currency, transaction_count: count } = analytics
    counts.set(currency, (counts.get(currency) ?? 0) + count)
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
}

/** What the service answered: the busiest users, and the months of the main currency. */
function figuresText(checked: readonly Checked[], isColoured: boolean): string {
  const analytics = checked.map((one) => one.analytics)
  const busiest = `\nThe busiest users\n\n${formatBusiest(analytics, MAX_BUSIEST)}\n`
  const currency = mainCurrency(checked)
  if (currency === undefined) return busiest
  const days = checked
    .filter((one) => one.analytics.currency === currency)
    .flatMap((one) => one.days)
  const chart = formatChart(days, currency, isColoured)
  return `${busiest}\nDebits and credits of all users by month, ${currency}\n\n${chart}\n\n`
}

/** How long changes took to reach the figures. */
function lagText({ waited, lag }: DemoRun): string {
  const current = `All figures current ${formatSeconds(waited)} after the last transaction\n`
  if (lag === undefined) return current
  const { mean, p95, count } = lag
  return `${current}Event lag: mean ${formatSeconds(mean)}, p95 at most ${formatSeconds(p95)} (${formatCount(count)} recomputations)\n`
}

/** Whether every figure is right, and which are not. */
function verdictText(users: number, figures: number, differences: readonly Difference[]): string {
  const what = `${formatCount(users)} users, ${formatCount(figures)} figures`
  if (differences.length === 0) return `${what}: all equal\n`
  const shown = differences
    .slice(0, MAX_DIFFERENCES)
    .map(
      ({ userId, currency, figure, expected, got }) =>
        `User ${userId}, ${currency}, ${figure}: expected ${expected}, got ${got}`,
    )
  const more = differences.length - shown.length
  const rest = more > 0 ? [`... and ${formatCount(more)} more`] : []
  return `${[...shown, ...rest, `${what}: ${formatCount(differences.length)} DIFFER`].join('\n')}\n`
}

/** What a run came to. */
export function describeRun(input: Input, run: DemoRun, isColoured: boolean): Outcome {
  const { checked, waited, lag } = run
  const users = input.users.length
  const differences = checked.flatMap((one) => one.comparison.differences)
  const figures = checked.reduce((sum, one) => sum + one.comparison.figures, 0)
  return {
    text: `${figuresText(checked, isColoured)}${lagText(run)}${verdictText(users, figures, differences)}`,
    document: {
      users,
      transactions: input.transactions.length,
      figures,
      differences: differences.map(({ userId, ...difference }) => ({
        user_id: userId,
        ...difference,
      })),
      seconds_to_current: waited,
      event_lag: lag ?? null,
    },
    failed: differences.length > 0,
  }
}
