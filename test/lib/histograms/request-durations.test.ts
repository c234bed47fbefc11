import { Histogram, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { createRequestDurations } from '../../../src/lib/histograms/request-durations.ts'

const BOUNDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const OBSERVED = [
  ['getUser', 200, 0],
  ['getUser', 200, 0.002],
  ['getUser', 200, 0.0021],
  ['getUser', 404, 0.3],
  ['listUsers', 200, 5],
  ['listUsers', 200, 60],
] as const

it('says what a histogram of prom-client says', async () => {
  const registry = new Registry()
  const durations = createRequestDurations(registry)
  const other = new Registry()
  const histogram = new Histogram({
    name: 'passbook_http_request_duration_seconds',
    help: 'Time to answer a request, by operation and status',
    labelNames: ['operation', 'status'],
    buckets: BOUNDS,
    registers: [other],
  })
  for (const [operation, status, seconds] of OBSERVED) {
    durations.observe(operation, status, seconds)
    histogram.observe({ operation, status: String(status) }, seconds)
  }
  expect(await registry.metrics()).toBe(await other.metrics())
  const [own, ...rest] = await registry.getMetricsAsJSON()
  expect(rest).toEqual([])
  expect(own).toMatchObject({ type: 'histogram', aggregator: 'sum' })
  registry.resetMetrics()
  expect((await durations.get()).values).toEqual([])
})
