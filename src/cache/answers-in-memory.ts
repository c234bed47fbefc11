import { MemoryDriver } from 'bentocache/drivers/memory'
import { LRUCache } from 'lru-cache'
import { userOf } from './answer-key.ts'

const MAX_ANSWERS = 1_000
const MAX_BYTES = 64 * 1024 * 1024

/** Answers in this process's memory, purged when they expire. Deletes go by user, not by answer. */
export class AnswersInMemory extends MemoryDriver {
  readonly #answers: LRUCache<string, string>
  /** The keys of each user's answers. */
  readonly #keys: ReadonlyMap<string, ReadonlySet<string>>

  constructor({ prefix }: { readonly prefix: string }) {
    const keys = new Map<string, Set<string>>()
    const answers = new LRUCache<string, string>({
      max: MAX_ANSWERS,
      maxSize: MAX_BYTES,
      sizeCalculation: (answer) => Buffer.byteLength(answer),
      ttlAutopurge: true,
      onInsert: (_, key) => {
        const userKeys = keys.get(userOf(key))
        if (userKeys) userKeys.add(key)
        else keys.set(userOf(key), new Set([key]))
      },
      dispose: (_, key) => {
        const userKeys = keys.get(userOf(key))
        userKeys?.delete(key)
        if (userKeys?.size === 0) keys.delete(userOf(key))
      },
    })
    super({ prefix, cacheInstance: answers })
    this.#answers = answers
    this.#keys = keys
  }

  override delete(user: string): boolean {
    const keys = this.#keys.get(this.getItemKey(user)) ?? []
    for (const key of keys) this.#answers.delete(key)
    return true
  }
}
