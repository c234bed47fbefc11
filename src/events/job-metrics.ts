import type { Metrics } from '../lib/metrics.ts'
import type { EventQueue, QueueName } from './queue.ts'

/** Limits reading the counts of a queue, so that one that is away does not hold up the metrics. */
const MAX_COUNT_MS = 1_000

/**
 * Registers a gauge of the jobs in each queue, by state. Every process shows the same numbers. A queue that does not
 * answer is left out.
 */
export function gaugeJobs(
  queues: Readonly<Record<QueueName, Pick<EventQueue, 'counts'>>>,
  metrics: Metrics,
): void {
  metrics.gauges(
    'passbook_jobs',
    'Jobs in the queues of all processes, by queue and state',
    ['queue', 'state'] as const,
    async () => {
      const read = Object.entries(queues).map(async ([queue, { counts }]) => {
        const states = await counts(MAX_COUNT_MS).catch(() => ({}))
        return Object.entries(states).map(([state, value]) => ({ labels: { queue, state }, value }))
      })
      return (await Promise.all(read)).flat()
    },
  )
}
