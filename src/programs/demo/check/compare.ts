import type { Analytics, DailyAnalytics } from '../../../generated/schemas.ts'
import type { ExpectedDay, ExpectedFigures } from './expected.ts'

/** A figure that is not what it has to be. */
export interface Difference {
  readonly userId: number
  readonly currency: string
  readonly figure: string
  readonly expected: string
  readonly got: string
}

/** How many figures were compared, and which differ. */
export interface Comparison {
  readonly figures: number
  readonly differences: readonly Difference[]
}

type Figure = string | number | null | undefined
type Figures = ReadonlyMap<string, Figure>

const TOTALS = [
  'transaction_count',
  'average_transaction_value',
  'total_credit',
  'total_debit',
  'net_total',
] as const
const OF_A_DAY = ['transaction_count', 'total_credit', 'total_debit'] as const

/** Figures by name: `net_total`, `busiest_day.date`, `2026-01-31 total_credit`. */
function nameFigures(totals: Omit<ExpectedFigures, 'days'>, days: readonly ExpectedDay[]): Figures {
  return new Map<string, Figure>([
    ...TOTALS.map((name) => [name, totals[name]] as const),
    ['busiest_day.date', totals.busiest_day?.date ?? null],
    ['busiest_day.transaction_count', totals.busiest_day?.transaction_count ?? null],
    ...days.flatMap((day) => OF_A_DAY.map((name) => [`${day.date} ${name}`, day[name]] as const)),
  ])
}

const show = (figure: Figure): string => (figure === undefined ? 'nothing' : String(figure))

/** Compares what the service answers about one user and currency with what it has to be. */
export function compareFigures(
  expected: ExpectedFigures,
  analytics: Analytics,
  days: readonly DailyAnalytics[],
): Comparison {
  const { user_id: userId, currency } = analytics
  const due = nameFigures(expected, expected.days)
  const answered = nameFigures(analytics, days)
  const names = new Set([...due.keys(), ...answered.keys()])
  const differences = [...names]
    .filter((figure) => due.get(figure) !== answered.get(figure))
    .map((figure) => ({
      userId,
      currency,
      figure,
      expected: show(due.get(figure)),
      got: show(answered.get(figure)),
    }))
  return { figures: names.size, differences }
}
