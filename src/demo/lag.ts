const NAME = 'passbook_event_lag_seconds'

/** A histogram of seconds as Prometheus' text format has it. */
export interface Histogram {
  readonly count: number
  readonly sum: number
  /** How many were at most so long, by the length; the last length is Infinity. */
  readonly buckets: readonly (readonly [number, number])[]
}

/** Time from a change to figures that hold it, in seconds. */
export interface Lag {
  readonly count: number
  readonly mean: number
  /** Undefined beyond the largest length that is counted. */
  readonly p95: number | undefined
}

const toNumber = (text: string) => (text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text))

/** Reads the event lag from the service's metrics; all zero where they do not hold it. */
export function readLag(metrics: string): Histogram {
  const value = (suffix: string) =>
    Number(new RegExp(`^${NAME}_${suffix} (\\S+)$`, 'm').exec(metrics)?.[1] ?? 0)
  const buckets = [
    ...metrics.matchAll(new RegExp(`^${NAME}_bucket\\{le="([^"]+)"\\} (\\S+)$`, 'gm')),
  ]
  return {
    count: value('count'),
    sum: value('sum'),
    buckets: buckets.map(([, le = '', count = '']) => [toNumber(le), Number(count)] as const),
  }
}

/**
 * The lag of what happened between two readings. The percentile is estimated within its bucket, as
 * Prometheus does.
 *
 * @returns undefined when nothing happened
 */
export function lagBetween(before: Histogram, after: Histogram): Lag | undefined {
  const count = after.count - before.count
  if (count <= 0) return undefined
  const earlier = new Map(before.buckets)
  const rank = 0.95 * count
  let lower = 0
  let below = 0
  let p95: number | undefined
  for (const [length, total] of after.buckets) {
    const within = total - (earlier.get(length) ?? 0)
    if (within >= rank) {
      if (length !== Number.POSITIVE_INFINITY) {
        p95 = lower + ((length - lower) * (rank - below)) / (within - below)
      }
      break
    }
    lower = length
    below = within
  }
  return { count, mean: (after.sum - before.sum) / count, p95 }
}
