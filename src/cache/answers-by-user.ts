import { LRUCache } from 'lru-cache'
import { userOf } from './answer-key.ts'

interface Limits<Answer extends object | string> {
  readonly maxAnswers: number
  readonly maxBytes: number
  readonly bytesOf: (answer: Answer) => number
}

/** Answers in memory, purged when they expire, that are also found by their user. */
export class AnswersByUser<Answer extends object | string> {
  /** The keys of each user's answers. */
  readonly #keys = new Map<string, Set<string>>()
  readonly answers: LRUCache<string, Answer>

  constructor({ maxAnswers, maxBytes, bytesOf }: Limits<Answer>) {
    this.answers = new LRUCache<string, Answer>({
      max: maxAnswers,
      maxSize: maxBytes,
      sizeCalculation: bytesOf,
      ttlAutopurge: true,
      onInsert: (_, key) => {
        const userKeys = this.#keys.get(userOf(key))
        if (userKeys) userKeys.add(key)
        else this.#keys.set(userOf(key), new Set([key]))
      },
      dispose: (_, key) => {
        const userKeys = this.#keys.get(userOf(key))
        userKeys?.delete(key)
        if (userKeys?.size === 0) this.#keys.delete(userOf(key))
      },
    })
  }

  /** Deletes all answers about a user. @param user the part of their keys before the separator */
  deleteUser(user: string): void {
    for (const key of this.#keys.get(user) ?? []) this.answers.delete(key)
  }
}
