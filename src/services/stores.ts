import { openCache } from '../cache/cache.ts'
import type { Config } from '../config.ts'
import { openDatabase } from '../database/client.ts'
import { watchKeyUse } from '../database/key-use.ts'
import { watchStorage } from '../database/storage.ts'
import { gaugePendingEvents } from '../events/appender.ts'
import { gaugeJobs } from '../events/job-metrics.ts'
import { openOutbox } from '../events/open-outbox.ts'
import { gaugeOutbox } from '../events/outbox.ts'
import { openQueue } from '../events/queue.ts'
import { userExists } from '../features/users/user-exists.ts'
import { shareMetrics } from '../lib/children/all-metrics.ts'
import type { Bus } from '../lib/children/bus.ts'
import { createFieldCrypto } from '../lib/crypto.ts'
import type { Log } from '../lib/log.ts'
import { createMetrics } from '../lib/metrics.ts'
import { openShared } from '../lib/redis-watch.ts'

/** What all services stand on. */
export type Stores = ReturnType<typeof openStores>

/** The relay of a worker polls the outbox; that of an API process is only nudged. */
export type Role = 'api' | 'worker'

/** The other processes of the same Passbook, where one parent has them all. */
export interface OtherProcesses {
  readonly bus?: Bus
  /** Whether a worker is among them. */
  readonly hasWorker?: boolean
}

/** Opens database, cache, queues and outbox, and the metrics of them. `close` waits for work under way. */
export function openStores(
  config: Config,
  databaseUrl: string,
  log: Log,
  role: Role,
  { bus, hasWorker = false }: OtherProcesses,
) {
  const metrics = createMetrics()
  const storage = watchStorage(metrics, log, bus)
  const crypto = createFieldCrypto(config.encryptionKeys)
  const {
    database,
    relay,
    relayed,
    webhooks: webhookDatabase,
    plain,
    unhurried,
    prepared,
    lookUps,
    commits,
    watch,
    close: closeDatabase,
  } = openDatabase(
    databaseUrl,
    config.DATABASE_POOL_SIZE,
    log,
    // Two connections more than jobs, for sweeps and the like.
    role === 'api'
      ? { relay: 1, background: 2 }
      : { relay: 3, background: config.WORKER_CONCURRENCY + 2, webhooks: 3 },
  )
  const keys = watchKeyUse({ unhurried, crypto, log })
  const shared = openShared(config.REDIS_URL, log)
  const cache = openCache({ shared, bus, isThere: (id) => userExists(database, id), metrics, log })
  const queueOptions = { databaseUrl, shared, storage, metrics, log }
  const queue = openQueue(queueOptions)
  const webhookQueue = openQueue({ ...queueOptions, name: 'webhooks' })
  const outbox = openOutbox({
    database: relay,
    relayed,
    shared,
    queue,
    metrics,
    log,
    retrySeconds: config.OUTBOX_RETRY_SECONDS,
    role,
    bus,
    hasWorker,
  })
  if (bus) shareMetrics(metrics, bus)
  gaugeOutbox(relay, metrics)
  gaugePendingEvents(relay, metrics)
  gaugeJobs({ events: queue, webhooks: webhookQueue }, metrics)

  return {
    metrics,
    storage,
    crypto,
    database,
    relay,
    relayed,
    webhookDatabase,
    plain,
    prepared,
    lookUps,
    commits,
    watch,
    keys,
    shared,
    cache,
    queue,
    webhookQueue,
    outbox,
    /** Closes what services no longer use. */
    async close(): Promise<void> {
      await cache.close()
      await keys.close()
      shared?.watch.close()
      await closeDatabase()
    },
  }
}
