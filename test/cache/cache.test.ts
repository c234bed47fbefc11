import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cache, openCache } from '../../src/cache/cache.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics, type Metrics } from '../../src/lib/metrics.ts'
import { cacheReads } from '../setup/cache-reads.ts'

let metrics: Metrics
let cache: Cache

beforeEach(() => {
  metrics = createMetrics()
  cache = openCache(undefined, metrics, createLog('silent'))
})
afterEach(() => cache.close())

const counted = async () => cacheReads(await metrics.registry.metrics())

describe('reads of the cache', () => {
  const read = (key: string, compute = async () => 'computed') =>
    cache.getOrSet(key, ['user:1'], compute)

  it('count once each, whatever was found', async () => {
    await read('one')
    expect(await counted()).toEqual({ hit: 0, miss: 1 })
    for (let hits = 1; hits <= 3; hits += 1) {
      await read('one')
      expect(await counted()).toEqual({ hit: hits, miss: 1 })
    }
    await read('another')
    expect(await counted()).toEqual({ hit: 3, miss: 2 })
  })

  it('are a miss for who computed, and hits for those who waited for it', async () => {
    await Promise.all(['one', 'one', 'one'].map((key) => read(key)))
    expect(await counted()).toEqual({ hit: 2, miss: 1 })
  })

  it('count nothing where nothing could be computed', async () => {
    const failing = read('one', () => Promise.reject(new Error('away')))
    await expect(failing).rejects.toThrow()
    expect(await counted()).toEqual({ hit: 0, miss: 0 })
  })
})
