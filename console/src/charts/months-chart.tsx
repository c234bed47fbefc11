import { scaleBand, scaleLinear } from 'd3-scale'
import { formatMonth } from '../app/format.ts'

/** What came and went in a month. */
export interface Month {
  /** `2026-01` */
  readonly month: string
  readonly credit: string
  readonly debit: string
}

const HEIGHT = 200
const MARGIN = { top: 8, right: 22, bottom: 22, left: 52 }
const MIN_LABEL_WIDTH = 58
const compact = new Intl.NumberFormat('en-GB', { notation: 'compact' })

/** Credits and debits of months as pairs of bars. */
export function MonthsChart({
  months,
  width,
}: {
  readonly months: readonly Month[]
  readonly width: number
}) {
  const bottom = HEIGHT - MARGIN.bottom
  const most = Math.max(1, ...months.flatMap(({ credit, debit }) => [+credit, +debit]))
  const y = scaleLinear([0, most], [bottom, MARGIN.top]).nice(4)
  const x = scaleBand(
    months.map(({ month }) => month),
    [MARGIN.left, width - MARGIN.right],
  ).padding(0.25)
  const bar = x.bandwidth() / 2
  const everyNth = Math.ceil(MIN_LABEL_WIDTH / x.step())

  return (
    <svg width={width} height={HEIGHT} aria-hidden="true">
      {y.ticks(4).map((tick) => (
        <g key={tick}>
          <line class="grid" x1={MARGIN.left} x2={width} y1={y(tick)} y2={y(tick)} />
          <text x={MARGIN.left - 6} y={y(tick)} dy="0.32em" text-anchor="end">
            {compact.format(tick)}
          </text>
        </g>
      ))}
      {months.map(({ month, credit, debit }, index) => (
        <g key={month} transform={`translate(${x(month)},0)`}>
          <rect class="credit" width={bar} y={y(+credit)} height={bottom - y(+credit)} />
          <rect class="debit" x={bar} width={bar} y={y(+debit)} height={bottom - y(+debit)} />
          {(months.length - 1 - index) % everyNth === 0 && (
            <text x={bar} y={HEIGHT - 6} text-anchor="middle">
              {formatMonth(month)}
            </text>
          )}
        </g>
      ))}
    </svg>
  )
}
