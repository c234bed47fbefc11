import type { FieldCrypto } from '../lib/crypto.ts'
import type { Cache, Question } from './cache.ts'

/** Answers that are encrypted wherever they are kept. They have to be JSON. */
export type SealedAnswers = Pick<Cache, 'getOrSet'>

/**
 * Seals answers that hold names: AES-256-GCM, bound to their question. An answer that cannot be
 * opened counts as none: its key may have been replaced and taken away since.
 */
export function sealAnswers(cache: Cache, crypto: FieldCrypto): SealedAnswers {
  return {
    async getOrSet<T>(question: Question, compute: () => Promise<T>) {
      const { userId, kind, name } = question
      const address = { table: 'cache', column: `${kind}:${name}`, userId }
      let computed: { readonly answer: T } | undefined
      const sealed = await cache.getOrSet(question, async () => {
        computed = { answer: await compute() }
        const bytes = crypto.encrypt(address, JSON.stringify(computed.answer))
        return Buffer.from(bytes).toString('base64')
      })
      if (computed) return computed.answer
      let text: string
      try {
        text = crypto.decrypt(address, Buffer.from(sealed, 'base64'))
      } catch {
        return await compute()
      }
      return JSON.parse(text) as T
    },
  }
}
