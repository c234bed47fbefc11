import { expect, vi } from 'vitest'
import type { Consumers, Job } from '../../src/events/catalogue.ts'
import { openQueue } from '../../src/events/queue.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics } from '../../src/lib/metrics.ts'

/** Leaves a job of each consumer among the failed of its queue. */
export async function failJobs(
  databaseUrl: string,
  payloads: { readonly [Consumer in Job['consumer']]?: object },
): Promise<void> {
  for (const [consumer, payload] of Object.entries(payloads)) {
    const name = consumer === 'deliverWebhooks' ? 'webhooks' : 'events'
    const log = createLog('silent')
    const queue = openQueue({ name, databaseUrl, metrics: createMetrics(), log, retryDelayMs: 1 })
    const fail = () => Promise.reject(new Error('no'))
    try {
      await queue.add([{ consumer, payload } as Job])
      queue.consume({ [consumer]: fail } as unknown as Consumers, 1, () => undefined)
      const failed = async () =>
        expect((await queue.failed(10)).map((job) => job.consumer)).toContain(consumer)
      await vi.waitFor(failed, { timeout: 15_000 })
    } finally {
      await queue.close()
    }
  }
}
