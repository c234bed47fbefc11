import type { Database, PlainDatabase } from '../database/client.ts'
import type { Bus } from '../lib/children/bus.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import type { SharedRedis } from '../lib/redis-watch.ts'
import { startAppender } from './appender.ts'
import { nudgeWorker } from './nudge-worker.ts'
import { type Passes, together } from './passes.ts'
import type { EventQueue } from './queue.ts'
import { hearOverRedis, nudgeOverRedis } from './redis-nudges.ts'
import { startRelay } from './relay.ts'

interface OutboxOptions {
  readonly database: Database
  readonly relayed: PlainDatabase
  readonly shared: SharedRedis | undefined
  readonly queue: EventQueue
  readonly metrics: Metrics
  readonly log: Log
  readonly retrySeconds: number
  readonly role: 'api' | 'worker'
  /** Reaches the other processes of one parent. */
  readonly bus?: Bus | undefined
  /** Whether a worker is among them. */
  readonly hasWorker: boolean
}

/**
 * Opens what moves rows of the outbox on. A worker looks for them and appends events, too. An API
 * process passes its nudges on to a worker beside it, or over Redis to all workers. Where it can do
 * neither, it looks itself when it is nudged.
 */
export function openOutbox(options: OutboxOptions): Passes {
  const { relayed, shared, metrics, log, role, bus, hasWorker } = options
  if (role === 'worker') {
    const relay = startRelay({ ...options, poll: true })
    const outbox = together([relay, startAppender({ relayed, metrics, log })])
    bus?.listen('outbox', outbox.nudge)
    const stopHearing = shared && hearOverRedis(shared, log, outbox.nudge)
    return {
      nudge: outbox.nudge,
      async close() {
        stopHearing?.()
        await outbox.close()
      },
    }
  }
  if (bus && hasWorker) return nudgeWorker(bus, 'outbox')
  return shared ? nudgeOverRedis(shared) : startRelay({ ...options, poll: false })
}
