import type { Database } from '../../database/client.ts'
import { oldestChangeSeconds, waitingByConsumer } from '../../events/outbox.ts'
import type { EventQueue, QueueName } from '../../events/queue.ts'
import type { QueueState, Queues } from '../../generated/schemas.ts'

/** Limits reading the counts of a queue. */
const MAX_COUNT_MS = 1_900

export interface QueueDeps {
  /** The outbox is read over the relay's connections, as for the metrics. */
  readonly relay: Database
  readonly queue: Pick<EventQueue, 'counts'>
  readonly webhookQueue: Pick<EventQueue, 'counts'>
}

const stateOf = (name: QueueName, queue: Pick<EventQueue, 'counts'>): Promise<QueueState> =>
  queue.counts(MAX_COUNT_MS).then(
    (counts) => ({ name, status: 'ok', ...counts }),
    () => ({ name, status: 'unavailable' }),
  )

/** Counts what waits to be done, of all processes. A queue that does not answer has no counts. */
export async function countQueues({ relay, queue, webhookQueue }: QueueDeps): Promise<Queues> {
  const [events, webhooks, waiting, seconds] = await Promise.all([
    stateOf('events', queue),
    stateOf('webhooks', webhookQueue),
    waitingByConsumer(relay),
    oldestChangeSeconds(relay),
  ])
  return {
    queues: [events, webhooks],
    outbox: waiting.map(({ labels: { job }, value }) => ({ job, waiting: value })),
    oldest_change_seconds: Math.round(seconds),
  }
}
