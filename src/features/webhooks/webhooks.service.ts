import type { Database } from '../../database/client.ts'
import type { Consumers } from '../../events/catalogue.ts'
import { nudgeWorker } from '../../events/nudge-worker.ts'
import type { Nudge } from '../../events/passes.ts'
import type { EventQueue } from '../../events/queue.ts'
import type { Bus } from '../../lib/children/bus.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'
import type { Post } from '../../lib/webhooks/post.ts'
import { createDeliverer } from './deliver.ts'
import { createDeliveryService } from './deliveries.service.ts'
import { startDispatcher } from './dispatcher.ts'
import { createEndpointService, MAX_ENDPOINTS } from './endpoints.service.ts'
import { sweepDeliveries } from './sweep.ts'

interface Deps {
  /** For requests and sweeps. */
  readonly database: Database
  /** For deliveries. */
  readonly ownDatabase: Database
  readonly crypto: FieldCrypto
  /** The queue of deliveries alone. */
  readonly queue: EventQueue
  readonly post: Post
  /** Milliseconds after each failed attempt of a delivery but the last. */
  readonly retryWaits: readonly number[]
  readonly outbox: Nudge
  readonly metrics: Metrics
  readonly log: Log
  /** Whether plain HTTP and private hosts are fine. */
  readonly allowPrivate: boolean
  /** Deliveries to one endpoint at once. */
  readonly perEndpoint: number
  readonly retentionDays: number
  /** Whether this process delivers. */
  readonly delivers: boolean
  readonly bus?: Bus | undefined
}

/** Webhooks: endpoints, and the deliveries of events to them. */
export function createWebhooks(deps: Deps) {
  const { database, ownDatabase, crypto, queue, metrics, log, perEndpoint, bus } = deps
  const deliverer = createDeliverer({ ...deps, database: ownDatabase })
  const dispatcher = deps.delivers
    ? startDispatcher({ database: ownDatabase, queue, perEndpoint, log })
    : bus && nudgeWorker(bus, 'webhooks')
  const nudge = () => dispatcher?.nudge()
  if (deps.delivers) bus?.listen('webhooks', nudge)
  metrics.gauge('passbook_webhook_deliveries_pending', 'Deliveries of webhooks that wait', () =>
    ownDatabase.webhookDelivery.count({ where: { status: 'pending' } }),
  )

  return {
    endpoints: createEndpointService(deps),
    deliveries: createDeliveryService({ database, crypto, dispatcher: { nudge } }),
    deliver: deliverer.run,
    sweep: () => sweepDeliveries(database, deps.retentionDays),

    /** Begins to deliver. Each endpoint has turns of its own, so no one waits for another. */
    consume: (consumers: Consumers) => queue.consume(consumers, MAX_ENDPOINTS * perEndpoint, nudge),

    /** Begins no more deliveries, and waits at most `milliseconds` for those under way. */
    finish(milliseconds: number): Promise<void> {
      deliverer.stop()
      return queue.finish(milliseconds)
    },

    async close(): Promise<void> {
      deliverer.stop()
      await dispatcher?.close()
      await queue.close()
    },
  }
}
