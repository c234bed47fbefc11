import { BentoCache, bentostore } from 'bentocache'
import { redisBusDriver } from 'bentocache/drivers/redis'
import { afterCommit } from '../database/unit-of-work.ts'
import { within } from '../lib/in-time.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { openRedis } from '../lib/redis.ts'
import type { SharedRedis } from '../lib/redis-watch.ts'
import { answerKey } from './answer-key.ts'
import { AnswersInMemory } from './answers-in-memory.ts'
import { AnswersInRedis } from './answers-in-redis.ts'

const PREFIX = 'passbook:cache'
const TIME_TO_LIVE = '10m'
/** A Redis that is away never answers a goodbye. */
const GOODBYE_MS = 500

/** Computed answers, each about a user. Their names carry the version of what they were computed from. */
export interface Cache {
  /** The cached answer, or the computed one, which is computed once for all who wait for it. */
  getOrSet<T>(userId: number, name: string, compute: () => Promise<T>): Promise<T>
  /**
   * Deletes all answers about users that are deleted, in every process and in Redis, once that is committed. What a Redis
   * that is away keeps ends by itself, and is not asked for: there is no such user.
   */
  forget(userIds: readonly number[]): Promise<void>
  close(): Promise<void>
}

interface Deps {
  readonly shared?: SharedRedis | undefined
  /** Whether there still is such a user. */
  readonly isThere: (userId: number) => Promise<boolean>
  readonly metrics: Metrics
  readonly log: Log
}

/**
 * Memory alone, or with a Redis a shared second layer and a bus that tells the other processes who is
 * to be forgotten. A Redis that does not answer makes it slower for a moment, never wrong.
 */
export function openCache({ shared, isThere, metrics, log }: Deps): Cache {
  const layer = shared && openRedis(shared.url, 'fail-fast', log)
  const bus = shared && openRedis(shared.url, 'wait', log)
  const memory = bentostore().useL1Layer({
    options: {},
    factory: () => new AnswersInMemory({ prefix: PREFIX }),
  })
  const store =
    layer && bus
      ? memory
          .useL2Layer({
            options: {},
            factory: () => new AnswersInRedis({ connection: layer, prefix: PREFIX }),
          })
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

  const remove = (userIds: readonly number[]) => bento.deleteMany({ keys: userIds.map(String) })

  return {
    async getOrSet(userId, name, compute) {
      let computed = false
      const answer = await bento.getOrSet({
        key: answerKey(userId, name),
        factory: () => {
          computed = true
          return compute()
        },
        // What a name stands for never changes, so other processes have nothing to be told of it.
        skipBusNotify: true,
      })
      // Not by the events of the library, which has reads of its own.
      metrics.cacheReads.inc({ result: computed ? 'miss' : 'hit' })
      // Whoever deleted the user while it was computed may have been too early to find it.
      if (computed && !(await isThere(userId))) await remove([userId])
      return answer
    },
    forget: (userIds) => afterCommit(() => remove(userIds)),
    close: async () => {
      const goodbye = bento.disconnectAll().catch(() => undefined)
      await within(GOODBYE_MS, goodbye)
      layer?.disconnect()
      bus?.disconnect()
    },
  }
}
