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
  /** What 95 of 100 changes took at most. */
  readonly p95: number
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
 * The lag of what happened between two readings. Of the percentile a histogram tells in which bucket
 * it is: the bucket's upper end is given, or the time between the readings when that is less.
 *
 * @param elapsed seconds between the readings
 * @returns undefined when nothing happened
 */
export function lagBetween(before: Histogram, after: Histogram, elapsed: number): Lag | undefined {
  const count = after.count - before.count
  if (count <= 0) return undefined
  const earlier = new Map(before.buckets)
  const bucket = after.buckets.find(
    ([length, total]) => total - (earlier.get(length) ?? 0) >= 0.95 * count,
  )
  const p95 = Math.min(bucket?.[0] ?? elapsed, elapsed)
  return { count, mean: (after.sum - before.sum) / count, p95 }
}
