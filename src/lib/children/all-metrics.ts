import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client'
import type { Metrics } from '../metrics.ts'
import type { Bus } from './bus.ts'

/** A process that takes longer is left out. */
const MAX_WAIT_MS = 2_000

/** A metric of one process, with its values. */
export type MetricValues = MetricObjectWithValues<MetricValue<string>>

/** Lets the other processes read what this one measures. They read the database themselves. */
export function shareMetrics({ registry, ofDatabase }: Metrics, bus: Bus): void {
  bus.answer('metrics', async () => {
    const own = new Registry()
    for (const { name } of registry.getMetricsAsArray()) {
      const metric = registry.getSingleMetric(name)
      if (metric !== undefined && !ofDatabase.has(name)) own.registerMetric(metric)
    }
    return await own.getMetricsAsJSON()
  })
}

/** What would be left out of a sum is taken from this process, the first. */
const keepOmitted = (metric: MetricValues): MetricValues =>
  metric.aggregator === 'omit' ? { ...metric, aggregator: 'first' } : metric

/** The metrics of all processes as one text: counts are summed up, what the database says stands once. */
export async function describeMetrics({ registry }: Metrics, bus?: Bus): Promise<string> {
  const others = (await bus?.ask('metrics', undefined, MAX_WAIT_MS)) ?? []
  if (others.length === 0) return await registry.metrics()
  const own = (await registry.getMetricsAsJSON()).map(keepOmitted)
  return await AggregatorRegistry.aggregate([own, ...others]).metrics()
}
