import type { Database } from '../../database/client.ts'
import { type Passes, startPasses } from '../../events/passes.ts'
import type { EventQueue } from '../../events/queue.ts'
import type { Log } from '../../lib/log.ts'
import { claimLanes, releaseLane } from './lanes.ts'

/** In a burst one pass serves several nudges. */
const SPACING_MS = 10

interface DispatcherOptions {
  readonly database: Database
  readonly queue: EventQueue
  /** Deliveries to one endpoint at once, of all processes together. */
  readonly perEndpoint: number
  readonly log: Log
}

/**
 * Makes jobs of lanes that are due. A lane whose job gets lost is due again when its lease ends, so
 * a queue that was emptied loses nothing.
 */
export function startDispatcher({ database, queue, perEndpoint, log }: DispatcherOptions): Passes {
  async function pass(): Promise<boolean> {
    const endpoints = await database.webhookEndpoint.findMany({
      where: { disabledAt: null },
      select: { id: true },
    })
    if (endpoints.length === 0) return false
    const ids = endpoints.map(({ id }) => id)
    const lanes = await claimLanes(database, ids, perEndpoint)
    if (lanes.length === 0) return false
    try {
      await queue.add(lanes.map((payload) => ({ consumer: 'deliverWebhooks', payload })))
    } catch (error) {
      for (const lane of lanes) await releaseLane(database, lane)
      throw error
    }
    // Whoever ends a job nudges.
    return false
  }

  return startPasses({
    pass,
    spacing: () => SPACING_MS,
    poll: true,
    failed: (error) => log.warn({ err: error }, 'webhooks could not be enqueued; they wait'),
  })
}
