import { BentoCache, bentostore } from 'bentocache'
import { redisBusDriver } from 'bentocache/drivers/redis'
import { afterCommit, isInUnitOfWork } from '../database/unit-of-work.ts'
import type { ReadyAnswer } from '../lib/answers/ready-answer.ts'
import type { Bus } from '../lib/children/bus.ts'
import { within } from '../lib/in-time.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { openRedis } from '../lib/redis.ts'
import type { SharedRedis } from '../lib/redis-watch.ts'
import { Remembered } from '../lib/remembered.ts'
import { answerKey } from './answer-key.ts'
import { AnswersByUser } from './answers-by-user.ts'
import { AnswersInMemory } from './answers-in-memory.ts'
import { AnswersInRedis } from './answers-in-redis.ts'

const PREFIX = 'passbook:cache'
const MINUTE_MS = 60_000
/** How long answers of each kind are kept. Those that hold names are kept for a shorter time. */
const LIFETIMES = {
  figures: 10 * MINUTE_MS,
  days: 10 * MINUTE_MS,
  history: 5 * MINUTE_MS,
  user: 5 * MINUTE_MS,
} as const
const MAX_READY_ANSWERS = 10_000
const MAX_READY_BYTES = 32 * 1024 * 1024
/** Deleted users that are remembered, at least: those whose answers may be under way. */
const GONE_USERS = 10_000
/** What a ready answer takes beside its body. */
const READY_OVERHEAD_BYTES = 500
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
  /** The ready answer that this process keeps. */
  kept(question: Question): ReadyAnswer | undefined
  /** Keeps a ready answer in this process, unless its user was deleted. Not for a unit of work. */
  keep(question: Question, answer: ReadyAnswer): void
  /**
   * The ready answer that this process keeps, or the newly made one; concurrent callers share it.
   * Within a unit of work it is always made: what is not committed may have no version yet.
   */
  ready<T>(question: Question, make: () => Promise<ReadyAnswer<T>>): Promise<ReadyAnswer<T>>
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
  /** Reaches the other processes of this machine where there is no Redis. */
  readonly bus?: Bus | undefined
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
export function openCache({ shared, bus: processes, isThere, metrics, log }: Deps): Cache {
  const layer = shared && openRedis(shared.url, 'fail-fast', log)
  const bus = shared && openRedis(shared.url, 'wait', log)
  const ready = new AnswersByUser<ReadyAnswer>({
    maxAnswers: MAX_READY_ANSWERS,
    maxBytes: MAX_READY_BYTES,
    bytesOf: ({ identity }) => identity.bytes.length + READY_OVERHEAD_BYTES,
  })
  const countsOf = (result: 'hit' | 'miss') => {
    const count = (kind: Question['kind']) => metrics.cacheReads.labels({ kind, result })
    return {
      figures: count('figures'),
      days: count('days'),
      history: count('history'),
      user: count('user'),
    }
  }
  const [hits, misses] = [countsOf('hit'), countsOf('miss')]
  const making = new Map<string, Promise<ReadyAnswer>>()
  const gone = new Remembered<string, true>(GONE_USERS)
  const deleted = (userId: string) => {
    gone.set(userId, true)
    ready.deleteUser(userId)
  }
  const memory = bentostore().useL1Layer({
    options: {},
    factory: () => new AnswersInMemory({ prefix: PREFIX, deleted }),
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
  const others = shared === undefined ? processes : undefined
  others?.listen('forget', remove)
  const removeEverywhere = async (userIds: readonly number[]) => {
    others?.tell('forget', userIds)
    await remove(userIds)
  }

  function kept({ userId, kind, name }: Question): ReadyAnswer | undefined {
    const answer = ready.answers.get(answerKey(userId, `${kind}:${name}`))
    if (answer !== undefined) hits[kind].inc()
    return answer
  }

  function keep({ userId, kind, name }: Question, answer: ReadyAnswer): void {
    misses[kind].inc()
    // A user who was deleted meanwhile was forgotten before this answer was made.
    if (gone.get(String(userId))) return
    ready.answers.set(answerKey(userId, `${kind}:${name}`), answer, { ttl: LIFETIMES[kind] })
  }

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
    kept,
    keep,
    async ready<T>(question: Question, make: () => Promise<ReadyAnswer<T>>) {
      if (isInUnitOfWork()) return await make()
      const found = kept(question)
      if (found !== undefined) return found as ReadyAnswer<T>
      const key = answerKey(question.userId, `${question.kind}:${question.name}`)
      const underWay = making.get(key)
      if (underWay !== undefined) return (await underWay) as ReadyAnswer<T>
      const made = make().finally(() => making.delete(key))
      making.set(key, made)
      const answer = await made
      keep(question, answer)
      return answer
    },
    forget: (userIds) => afterCommit(() => removeEverywhere(userIds)),
    close: async () => {
      const disconnected = bento.disconnectAll().catch(() => undefined)
      await within(MAX_DISCONNECT_MS, disconnected)
      layer?.disconnect()
      bus?.disconnect()
    },
  }
}
