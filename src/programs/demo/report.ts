import type { Outcome } from '../../lib/process.ts'
import { formatCount, formatSeconds } from '../../lib/terminal.ts'
import type { Input } from './input.ts'
import type { DemoRun } from './run.ts'

const MAX_DIFFERENCES = 20

/** What a run came to: how long changes took to reach the figures, and whether every figure is right. */
export function describeRun({ users, transactions }: Input, run: DemoRun): Outcome {
  const { comparisons, waited, lag } = run
  const differences = comparisons.flatMap((one) => one.differences)
  const figures = comparisons.reduce((sum, one) => sum + one.figures, 0)
  const shown = differences.slice(0, MAX_DIFFERENCES).map((one) => {
    const values = `expected ${JSON.stringify(one.expected)}, got ${JSON.stringify(one.got)}`
    return `User ${one.user_id}, ${one.currency}, ${one.figure}: ${values}`
  })
  const lagText = lag
    ? [`Event lag: mean ${formatSeconds(lag.mean)} (${formatCount(lag.count)} recomputations)`]
    : []
  const verdict = differences.length > 0 ? `${formatCount(differences.length)} DIFFER` : 'all equal'
  const lines = [
    `\nAll figures current ${formatSeconds(waited)} after the last transaction`,
    ...lagText,
    ...shown,
    `${formatCount(users.length)} users, ${formatCount(figures)} figures: ${verdict}`,
  ]
  return {
    text: `${lines.join('\n')}\n`,
    document: {
      users: users.length,
      transactions: transactions.length,
      figures,
      differences,
      seconds_to_current: waited,
      event_lag: lag,
    },
    failed: differences.length > 0,
  }
}
