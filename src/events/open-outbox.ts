import type { Database } from '../database/client.ts'
import type { Bus } from '../lib/children/bus.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { startAppender } from './appender.ts'
import { nudgeWorker } from './nudge-worker.ts'
import { type Passes, together } from './passes.ts'
import type { EventQueue } from './queue.ts'
import { startRelay } from './relay.ts'

interface OutboxOptions {
  readonly database: Database
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
 * process looks when it is nudged, or passes that on to a worker beside it.
 */
export function openOutbox(options: OutboxOptions): Passes {
  const { database, metrics, log, role, bus, hasWorker } = options
  if (role === 'worker') {
    const relay = startRelay({ ...options, poll: true })
    const outbox = together([relay, startAppender({ database, metrics, log })])
    bus?.listen('outbox', outbox.nudge)
    return outbox
  }
  return bus && hasWorker ? nudgeWorker(bus, 'outbox') : startRelay({ ...options, poll: false })
}
