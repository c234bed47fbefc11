import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { afterCommit } from '../database/unit-of-work.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { within } from '../lib/process.ts'
import { openRedis } from '../lib/redis.ts'
import type { SharedRedis } from '../lib/redis-watch.ts'

const MEMORY_BYTES = 64 * 1024 * 1024
const TIME_TO_LIVE = '10m'
/** A Redis that is away never answers a goodbye. */
const GOODBYE_MS = 500

/** Computed answers. Keys name the version of what they were computed from. */
export interface Cache {
  /** The cached value, or the computed one, which is computed once for all who wait for it. */
  getOrSet<T>(key: string, tags: readonly string[], compute: () => Promise<T>): Promise<T>
  /** Forgets everything under the tags, in every process, once the change under way is committed. */
  invalidate(...tags: readonly string[]): Promise<void>
  close(): Promise<void>
}

/**
 * Memory alone, or with a Redis a shared second layer and a bus that tells the other processes what
 * became invalid. A Redis that does not answer makes it slower for a moment, never wrong.
 */
export function openCache(shared: SharedRedis | undefined, metrics: Metrics, log: Log): Cache {
  const memory = bentostore().useL1Layer(memoryDriver({ maxSize: MEMORY_BYTES }))
  const layer = shared && openRedis(shared.url, 'fail-fast', log)
  const bus = shared && openRedis(shared.url, 'wait', log)
  const store =
    layer && bus
      ? memory
          .useL2Layer(redisDriver({ connection: layer, prefix: 'passbook:cache' }))
          .useBus(redisBusDriver({ connection: bus }))
      : memory
  const bento = new BentoCache({
    default: 'answers',
    stores: { answers: store },
    ttl: TIME_TO_LIVE,
    // What comes of Redis late or never counts as not found there.
    ...(shared && {
      internalOperationWrapper: <T>(operation: () => T) =>
        shared.watch.run(async () => await operation()).catch(() => undefined) as T,
    }),
  })
  return {
    async getOrSet(key, tags, compute) {
      let result: 'hit' | 'miss' = 'hit'
      const factory = () => {
        result = 'miss'
        return compute()
      }
      const answer = await bento.getOrSet({ key, tags: [...tags], factory })
      // Not by the events of the library, which has reads of its own beside each.
      metrics.cacheReads.inc({ result })
      return answer
    },
    // What is committed stays answered as that: keys carry versions, so an entry that stays is never read again.
    invalidate: (...tags) =>
      afterCommit(() =>
        bento
          .deleteByTag({ tags: [...tags] })
          .catch((error: unknown) => log.warn({ err: error }, 'cached answers were not removed')),
      ),
    close: async () => {
      const goodbye = bento.disconnectAll().catch(() => undefined)
      await within(GOODBYE_MS, goodbye)
      layer?.disconnect()
      bus?.disconnect()
    },
  }
}
