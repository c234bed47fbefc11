import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cache, openCache, type Question } from '../../src/cache/cache.ts'
import { sealAnswers } from '../../src/cache/sealed-answers.ts'
import { createFieldCrypto } from '../../src/lib/crypto.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics } from '../../src/lib/metrics.ts'
import { createSecrets } from '../../src/programs/kept-secrets.ts'

const QUESTION: Question = { userId: 1, kind: 'history', name: 'one' }
const ANSWER = { name: 'Quillon Featherby' }

let cache: Cache
const createCrypto = () => createFieldCrypto(createSecrets().encryptionKeys)

beforeEach(() => {
  const isThere = async () => true
  cache = openCache({ isThere, metrics: createMetrics(), log: createLog('silent') })
})
afterEach(() => cache.close())

const never = async () => {
  throw new Error('nothing had to be computed')
}

describe('sealed answers', () => {
  it('are kept unreadable, and read back as they were', async () => {
    const sealed = sealAnswers(cache, createCrypto())
    expect(await sealed.getOrSet(QUESTION, async () => ANSWER)).toEqual(ANSWER)
    expect(await sealed.getOrSet(QUESTION, never)).toEqual(ANSWER)
    const kept = await cache.getOrSet(QUESTION, never)
    expect(kept).toEqual(expect.any(String))
    expect(Buffer.from(String(kept), 'base64').toString()).not.toContain('Quillon')
  })

  it('count as none where their key is gone', async () => {
    await sealAnswers(cache, createCrypto()).getOrSet(QUESTION, async () => 'before')
    const later = sealAnswers(cache, createCrypto())
    expect(await later.getOrSet(QUESTION, async () => 'after')).toBe('after')
  })

  it.each([
    { ...QUESTION, userId: 2 },
    { ...QUESTION, name: 'two' },
  ])('do not open as the answer to another question: %j', async (another) => {
    const sealed = sealAnswers(cache, createCrypto())
    await sealed.getOrSet(QUESTION, async () => 'to the first')
    const kept = await cache.getOrSet(QUESTION, never)
    await cache.getOrSet(another, async () => kept)
    expect(await sealed.getOrSet(another, async () => 'to the second')).toBe('to the second')
  })
})
