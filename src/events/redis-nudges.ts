import type { Log } from '../lib/log.ts'
import { openRedis } from '../lib/redis.ts'
import type { SharedRedis } from '../lib/redis-watch.ts'
import { type Passes, startPasses } from './passes.ts'

const CHANNEL = 'passbook:outbox'
/** In a burst one message serves several nudges. */
const SPACING_MS = 10

/** Nudges the relays of workers on any machine. What is lost is found by their polling. */
export const nudgeOverRedis = ({ watch }: SharedRedis): Passes =>
  startPasses({
    async pass() {
      await watch.publish(CHANNEL)
      return false
    },
    spacing: () => SPACING_MS,
    poll: false,
    failed: () => undefined,
  })

/** Passes on the nudges of other processes. @returns what ends it */
export function hearOverRedis({ url }: SharedRedis, log: Log, nudge: () => void): () => void {
  const redis = openRedis(url, 'wait', log)
  redis.on('message', nudge)
  void redis.subscribe(CHANNEL).catch(() => undefined)
  return () => redis.disconnect()
}
