import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cache, openCache } from '../../src/cache/cache.ts'
import type { Bus, Told } from '../../src/lib/children/bus.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics, type Metrics } from '../../src/lib/metrics.ts'
import { cacheReads } from '../setup/cache-reads.ts'

let metrics: Metrics
let cache: Cache
/** Users that are deleted. */
let gone: Set<number>

beforeEach(() => {
  metrics = createMetrics()
  gone = new Set()
  const isThere = async (userId: number) => !gone.has(userId)
  cache = openCache({ isThere, metrics, log: createLog('silent') })
})
afterEach(() => cache.close())

const read = (userId: number, name: string, compute = async () => 'computed') =>
  cache.getOrSet({ userId, kind: 'figures', name }, compute)
const counted = async () => cacheReads(await metrics.registry.metrics())

describe('reads of the cache', () => {
  it('count once each, whatever was found', async () => {
    await read(1, 'one')
    expect(await counted()).toEqual({ hit: 0, miss: 1 })
    for (let hits = 1; hits <= 3; hits += 1) {
      await read(1, 'one')
      expect(await counted()).toEqual({ hit: hits, miss: 1 })
    }
    await read(1, 'another')
    await read(2, 'one')
    expect(await counted()).toEqual({ hit: 3, miss: 3 })
  })

  it('are a miss for who computed, and hits for those who waited for it', async () => {
    await Promise.all([1, 1, 1].map((userId) => read(userId, 'one')))
    expect(await counted()).toEqual({ hit: 2, miss: 1 })
  })

  it('count nothing where nothing could be computed', async () => {
    const failing = read(1, 'one', () => Promise.reject(new Error('away')))
    await expect(failing).rejects.toThrow()
    expect(await counted()).toEqual({ hit: 0, miss: 0 })
  })
})

describe('forgetting', () => {
  const NAMES = ['one', 'two']
  const readBoth = (userId: number, answer: string) =>
    Promise.all(NAMES.map((name) => read(userId, name, async () => answer)))

  it('takes all of a user and nothing of others, be their ids alike', async () => {
    const users = [1, 2, 11, 12]
    for (const userId of users) await readBoth(userId, 'before')
    await cache.forget([1, 12])
    const after = await Promise.all(users.map((userId) => readBoth(userId, 'after')))
    expect(after.map(([first]) => first)).toEqual(['after', 'before', 'before', 'after'])
    for (const [first, second] of after) expect(second).toBe(first)
  })

  it('is made up for where the user went while an answer was computed', async () => {
    const compute = async () => {
      gone.add(1)
      await cache.forget([1])
      return 'of somebody who is gone'
    }
    await read(1, 'one', compute)
    expect(await read(1, 'one', async () => 'computed anew')).toBe('computed anew')
  })

  it('finds every answer that is left where there was no room for all', async () => {
    const names = Array.from({ length: 1_500 }, (_, index) => `number ${index}`)
    for (const name of names) await read(1, name)
    await cache.forget([1])
    // Those come first that were read last, and so are there if any are.
    for (const name of names.toReversed()) await read(1, name)
    expect(await counted()).toEqual({ hit: 0, miss: 3_000 })
  })
})

describe('caches of several processes without Redis', () => {
  /** Two ends of a bus, each of which hears what the other tells. */
  function createEnds(): [Bus, Bus] {
    const heard: ((content: never) => void)[] = []
    const end = (own: number) =>
      ({
        listen: (_: keyof Told, listener: (content: never) => void) => {
          heard[own] = listener
        },
        tell: (_: keyof Told, content: never) => heard[1 - own]?.(content),
      }) as unknown as Bus
    return [end(0), end(1)]
  }

  it('forget the answers of a deleted user in each', async () => {
    const open = (bus: Bus) =>
      openCache({ bus, isThere: async () => true, metrics, log: createLog('silent') })
    const caches = createEnds().map(open) as [Cache, Cache]
    const readAll = (userId: number, answer: string) =>
      Promise.all(
        caches.map((each) =>
          each.getOrSet({ userId, kind: 'figures', name: 'one' }, async () => answer),
        ),
      )
    for (const userId of [1, 2]) await readAll(userId, 'before')
    await caches[0].forget([1])
    expect(await readAll(1, 'after')).toEqual(['after', 'after'])
    expect(await readAll(2, 'after')).toEqual(['before', 'before'])
    for (const each of caches) await each.close()
  })
})
