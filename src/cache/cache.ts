import { BentoCache, bentostore } from 'bentocache'
import { redisBusDriver } from 'bentocache/drivers/redis'
import { afterCommit, isInUnitOfWork } from '../database/unit-of-work.ts'
import { within } from '../lib/in-time.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { openRedis } from '../lib/redis.ts'
import type { SharedRedis } from '../lib/redis-watch.ts'
import { answerKey } from './answer-key.ts'
import { AnswersInMemory } from './answers-in-memory.ts'
import { AnswersInRedis } from './answers-in-redis.ts'

const PREFIX = 'passbook:cache'
/** How long answers of each kind are kept. Those of histories hold names, and are longer. */
const LIFETIMES = { figures: '10m', days: '10m', history: '5m' } as const
/** The longest time to disconnect: an unavailable Redis never confirms. */
const MAX_DISCONNECT_MS = 500

/** What an answer is about. */
export interface Question {
  readonly userId: number
  readonly kind: keyof typeof LIFETIMES
  /** Contains the version of the data, read before computing, and everything else that matters. */
  readonly name: string
}

/** Computed answers about users. */
export interface Cache {
  /**
   * The cached answer, or the newly computed one; concurrent callers share one computation. Within
   * a unit of work it is always computed: what is not committed may have no version yet.
   */
  getOrSet<T>(question: Question, compute: () => Promise<T>): Promise<T>
  /**
   * Deletes all answers about deleted users, in every process and in Redis, after the transaction
   * commits. An unavailable Redis may keep some until they expire; nobody reads them, since the
   * user is gone.
   */
  forget(userIds: readonly number[]): Promise<void>
  close(): Promise<void>
}

interface Deps {
  readonly shared?: SharedRedis | undefined
  /** Whether the user still exists. */
  readonly isThere: (userId: number) => Promise<boolean>
  readonly metrics: Metrics
  readonly log: Log
}

/**
 * Opens a cache in memory. With Redis it has a shared second layer, and a bus that tells other
 * processes which users to forget. A Redis that does not answer slows it down briefly, but never
 * makes it wrong.
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
    // A late or failed Redis operation counts as a miss.
    ...(shared && {
      internalOperationWrapper: <T>(operation: () => T) =>
        shared.watch.run(async () => await operation()).catch(() => undefined) as T,
    }),
  })

  const remove = (userIds: readonly number[]) => bento.deleteMany({ keys: userIds.map(String) })

  return {
    async getOrSet({ userId, kind, name }, compute) {
      if (isInUnitOfWork()) return await compute()
      let computed = false
      const answer = await bento.getOrSet({
        key: answerKey(userId, `${kind}:${name}`),
        ttl: LIFETIMES[kind],
        factory: () => {
          computed = true
          return compute()
        },
        // The answer under a name never changes, so other processes need no notification.
        skipBusNotify: true,
      })
      // Counted here because the library's own events include reads of its own.
      metrics.cacheReads.inc({ kind, result: computed ? 'miss' : 'hit' })
      // A user deleted during the computation was forgotten before this answer was stored.
      if (computed && !(await isThere(userId))) await remove([userId])
      return answer
    },
    forget: (userIds) => afterCommit(() => remove(userIds)),
    close: async () => {
      const disconnected = bento.disconnectAll().catch(() => undefined)
      await within(MAX_DISCONNECT_MS, disconnected)
      layer?.disconnect()
      bus?.disconnect()
    },
  }
}
