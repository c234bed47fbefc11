import type { Registry } from 'prom-client'

const NAME = 'passbook_http_request_duration_seconds'
const HELP = 'Time to answer a request, by operation and status'
/** Upper bounds in seconds. */
const BOUNDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The requests to one operation that got one status. */
interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Requests above the bound before and up to this one; the last ones are above all bounds. */
  readonly counts: number[]
  sum: number
}

/** A value as prom-client has it. */
interface Value {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly metricName: string
}

function valuesOf({ labels, counts, sum }: Series): readonly Value[] {
  let count = 0
  const buckets = [...BOUNDS, '+Inf'].map((le, place) => {
    count += counts[place] as number
    return { labels: { le, ...labels }, value: count, metricName: `${NAME}_bucket` }
  })
  return [
    ...buckets,
    { labels, value: sum, metricName: `${NAME}_sum` },
    { labels, value: count, metricName: `${NAME}_count` },
  ]
}

export type RequestDurations = ReturnType<typeof createRequestDurations>

/**
 * Adds the histogram of requests to a registry. Each request is observed: prom-client's own histogram looks at the labels each
 * time, which takes five times as long.
 */
export function createRequestDurations(registry: Registry) {
  const operations = new Map<string, Map<number, Series>>()

  function seriesOf(operation: string, status: number): Series {
    let byStatus = operations.get(operation)
    if (byStatus === undefined) {
      byStatus = new Map()
      operations.set(operation, byStatus)
    }
    let series = byStatus.get(status)
    if (series === undefined) {
      const counts = new Array<number>(BOUNDS.length + 1).fill(0)
      series = { labels: { operation, status: String(status) }, counts, sum: 0 }
      byStatus.set(status, series)
    }
    return series
  }

  /** What a registry asks of its metrics. */
  const metric = {
    name: NAME,
    get: async () => ({
      name: NAME,
      help: HELP,
      type: 'histogram',
      values: [...operations.values()].flatMap((all) => [...all.values()].flatMap(valuesOf)),
      aggregator: 'sum',
    }),
    reset: () => operations.clear(),
  }
  registry.registerMetric(metric as never)

  return {
    /** @param seconds until the request was answered */
    observe(operation: string, status: number, seconds: number): void {
      const series = seriesOf(operation, status)
      let place = 0
      while (place < BOUNDS.length && seconds > (BOUNDS[place] as number)) place += 1
      series.counts[place] = (series.counts[place] as number) + 1
      series.sum += seconds
    },
    get: metric.get,
  }
}
