import { MemoryDriver } from 'bentocache/drivers/memory'
import { AnswersByUser } from './answers-by-user.ts'

const MAX_ANSWERS = 1_000
const MAX_BYTES = 64 * 1024 * 1024

interface Options {
  readonly prefix: string
  /** Called with the user whose answers are deleted, here or in another process. */
  readonly deleted: (userId: string) => void
}

/** Answers in this process's memory. Deletes go by user, not by answer. */
export class AnswersInMemory extends MemoryDriver {
  readonly #answers: AnswersByUser<string>
  readonly #deleted: Options['deleted']

  constructor({ prefix, deleted }: Options) {
    const answers = new AnswersByUser<string>({
      maxAnswers: MAX_ANSWERS,
      maxBytes: MAX_BYTES,
      bytesOf: (answer) => Buffer.byteLength(answer),
    })
    super({ prefix, cacheInstance: answers.answers })
    this.#answers = answers
    this.#deleted = deleted
  }

  override delete(user: string): boolean {
    this.#answers.deleteUser(this.getItemKey(user))
    this.#deleted(user)
    return true
  }
}
