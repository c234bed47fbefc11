import { scaleLinear } from 'd3-scale'

/** A step of a waterfall. */
export interface Step {
  readonly name: string
  readonly points: number
  /** The most that it can add. */
  readonly most: number
}

const ROW = 26
const RIGHT = 44
const MAX_NAME = 150

/** How a sum is reached from a base, step by step, with what each step could have added. */
export function WaterfallChart({
  base,
  max,
  steps,
  width,
}: {
  readonly base: number
  readonly max: number
  readonly steps: readonly Step[]
  readonly width: number
}) {
  const left = Math.min(MAX_NAME, width * 0.4)
  const x = scaleLinear([base, max], [left, width - RIGHT])
  const total = steps.reduce((sum, { points }) => sum + points, base)
  let reached = base
  const rows = steps.map((step) => {
    const from = reached
    reached += step.points
    return { ...step, from }
  })
  const totalY = rows.length * ROW

  return (
    <svg width={width} height={totalY + ROW} aria-hidden="true">
      {rows.map(({ name, points, most, from }, index) => (
        <g key={name} transform={`translate(0,${index * ROW})`}>
          <text x={0} y={ROW / 2} dy="0.32em">
            {name}
          </text>
          <rect
            class="possible"
            x={x(from)}
            y={6}
            width={x(base + most) - left}
            height={ROW - 12}
          />
          <rect class="step" x={x(from)} y={6} width={x(base + points) - left} height={ROW - 12} />
          <text x={x(Math.min(from + most, max)) + 5} y={ROW / 2} dy="0.32em">
            +{points}
          </text>
        </g>
      ))}
      <g transform={`translate(0,${totalY})`}>
        <text class="strong" x={0} y={ROW / 2} dy="0.32em">
          Score
        </text>
        <rect class="sum" x={left} y={6} width={x(total) - left} height={ROW - 12} />
        <text class="strong" x={x(total) + 5} y={ROW / 2} dy="0.32em">
          {total}
        </text>
      </g>
    </svg>
  )
}
