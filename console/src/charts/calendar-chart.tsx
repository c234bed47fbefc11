import { scaleQuantize } from 'd3-scale'
import { formatCount, formatDate } from '../app/format.ts'

const DAY_MS = 86_400_000
const CELL = 13
const LEFT = 30
const TOP = 16
const SHADES = [1, 2, 3, 4] as const
const monthName = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' })

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
/** Monday is 0. */
const weekdayOf = (time: number): number => (new Date(time).getUTCDay() + 6) % 7

/** How many weeks fit into a width, at most a year of them. */
const weeksIn = (width: number) => Math.max(4, Math.min(53, Math.floor((width - LEFT) / CELL)))

/** The days of the last weeks as squares, the darker the more happened. */
export function CalendarChart({
  counts,
  last,
  width,
}: {
  readonly counts: ReadonlyMap<string, number>
  /** `2026-01-31` */
  readonly last: string
  readonly width: number
}) {
  const end = Date.parse(last)
  const weeks = weeksIn(width)
  const start = end - (weekdayOf(end) + (weeks - 1) * 7) * DAY_MS
  const days = Array.from({ length: (end - start) / DAY_MS + 1 }, (_, day) => start + day * DAY_MS)
  const most = Math.max(1, ...days.map((day) => counts.get(dayOf(day)) ?? 0))
  const shade = scaleQuantize<number>([0, most], SHADES)
  const isNewMonth = (day: number) => new Date(day).getUTCDate() <= 7 && weekdayOf(day) === 0

  return (
    <svg width={width} height={TOP + 7 * CELL} aria-hidden="true">
      {['Mon', 'Wed', 'Fri'].map((name, index) => (
        <text key={name} x={0} y={TOP + index * 2 * CELL + 9}>
          {name}
        </text>
      ))}
      {days.map((day) => {
        const count = counts.get(dayOf(day)) ?? 0
        const x = LEFT + Math.floor((day - start) / DAY_MS / 7) * CELL
        return (
          <g key={day}>
            {isNewMonth(day) && (
              <text x={x} y={10}>
                {monthName.format(day)}
              </text>
            )}
            <rect
              class={`day shade-${count === 0 ? 0 : shade(count)}`}
              x={x}
              y={TOP + weekdayOf(day) * CELL}
              width={CELL - 2}
              height={CELL - 2}
              rx={2}
            >
              <title>{`${formatDate(dayOf(day))}: ${formatCount(count)}`}</title>
            </rect>
          </g>
        )
      })}
    </svg>
  )
}
