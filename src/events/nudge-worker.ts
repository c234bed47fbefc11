import type { Bus } from '../lib/children/bus.ts'
import { type Passes, startPasses } from './passes.ts'

/** In a burst one message serves several nudges. */
const SPACING_MS = 5

/** Nudges what looks for work in another process, the worker. What is lost is found by its polling. */
export const nudgeWorker = (bus: Bus, topic: 'outbox' | 'webhooks'): Passes =>
  startPasses({
    async pass() {
      bus.tell(topic, undefined)
      return false
    },
    spacing: () => SPACING_MS,
    poll: false,
    failed: () => undefined,
  })
