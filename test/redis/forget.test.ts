import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openCache } from '../../src/cache/cache.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics } from '../../src/lib/metrics.ts'
import { openShared, type SharedRedis } from '../../src/lib/redis-watch.ts'
import { createCustomers, createHttpClient, type HttpClient } from '../setup/http/http-client.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'

/** Ids that no other number looks like. */
const FIRST_ID = 7_310_000_001
const TIME_TO_LIVE_MS = 600_000

let fleet: Fleet
/** The same admin at another API process. */
let other: HttpClient
let redis: Redis

beforeAll(async () => {
  fleet = await startFleet()
  redis = new Redis(fleet.redis.url)
  other = createHttpClient(await fleet.startApi().url(), fleet.admin.token)
  await fleet.database.query(`ALTER SEQUENCE users_id_seq RESTART WITH ${FIRST_ID}`)
}, 90_000)
afterAll(async () => {
  redis.disconnect()
  await fleet.close()
})

/** All keys in Redis that name one of some users, whatever they are for. */
async function keysOf(ids: readonly number[]): Promise<string[]> {
  const keys: string[] = []
  for await (const found of redis.scanStream()) keys.push(...(found as string[]))
  return keys.filter((key) => ids.some((id) => key.includes(String(id)))).sort()
}

/** Reads figures and histories of users by both processes, twice, so that they are cached wherever they can be. */
async function fill(ids: readonly number[]): Promise<void> {
  const paths = [
    'analytics',
    'analytics?currency=JPY',
    'analytics?to=2026-01-01',
    'analytics/daily',
    'transactions',
    'transactions?cursor=&type=credit',
  ]
  for (const id of ids) {
    for (const path of [...paths, ...paths]) {
      for (const client of [fleet.admin, other]) {
        expect((await client.request('GET', `/v1/users/${id}/${path}`)).status).toBe(200)
      }
    }
    expect(await keysOf([id])).not.toEqual([])
  }
}

const readiness = async () =>
  (await fleet.admin.request('GET', '/health/ready')).body.dependencies.cache.status

/** A cache as another process has it, connected to the same Redis. */
async function openAnother() {
  const log = createLog('silent')
  const shared = openShared(fleet.redis.url, log) as SharedRedis
  const cache = openCache({ shared, isThere: async () => true, metrics: createMetrics(), log })
  const read = (userId: number, answer: string) =>
    cache.getOrSet({ userId, kind: 'figures', name: 'test' }, async () => answer)
  let probe = FIRST_ID + 2_000
  await vi.waitFor(async () => {
    probe += 1
    await read(probe, 'to see whether it reaches Redis')
    expect(await keysOf([probe])).toHaveLength(1)
  })
  await redis.unlink(await keysOf([probe]))
  return {
    read,
    forget: (userId: number) => cache.forget([userId]),
    async close() {
      await cache.close()
      shared.watch.close()
    },
  }
}

describe('a deleted user', () => {
  it('leaves nothing in Redis', async () => {
    const [kept, ...gone] = (await createCustomers(fleet.admin, 4)) as [number, ...number[]]
    await fill([kept, ...gone])
    const [one, ...others] = gone
    const answer = await fleet.admin.request('DELETE', `/v1/users/${one}`)
    expect(answer.status).toBe(204)
    expect(await keysOf([one as number])).toEqual([])
    const bulk = await other.request('POST', '/v1/users/bulk-delete', { ids: others })
    expect(bulk.body.deleted).toBe(2)
    expect(await keysOf(gone)).toEqual([])
    expect(await keysOf([kept])).not.toEqual([])
  })

  it('leaves nothing there with a request that may be sent twice, or that names a state', async () => {
    const gone = (await createCustomers(fleet.admin, 2)) as [number, number]
    await fill(gone)
    const { headers } = await fleet.admin.request('GET', `/v1/users/${gone[0]}`)
    const answers = [
      await fleet.admin.request('DELETE', `/v1/users/${gone[0]}`, undefined, {
        'if-match': headers.get('etag') as string,
      }),
      await fleet.admin.request(
        'POST',
        '/v1/users/bulk-delete',
        { ids: [gone[1]] },
        {
          'idempotency-key': 'delete them',
        },
      ),
    ]
    expect(answers.map(({ status }) => status)).toEqual([204, 200])
    expect(await keysOf(gone)).toEqual([])
  })

  it('is deleted without Redis as well, where what is left is of no use and ends soon', async () => {
    const gone = (await createCustomers(fleet.admin, 3)) as [number, number, number]
    await fill(gone)
    fleet.redis.pause()
    await vi.waitFor(async () => expect(await readiness()).toBe('unavailable'), 10_000)
    const [one, ...others] = gone
    const answers = [
      await fleet.admin.request('DELETE', `/v1/users/${one}`),
      await fleet.admin.request('POST', '/v1/users/bulk-delete', { ids: others }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([204, 200])
    fleet.redis.resume()
    await vi.waitFor(async () => expect(await readiness()).toBe('ok'), 10_000)
    for (const client of [fleet.admin, other]) {
      for (const id of gone) {
        expect((await client.request('GET', `/v1/users/${id}/analytics`)).status).toBe(404)
      }
    }
    for (const key of await keysOf(gone)) {
      const left = await redis.pttl(key)
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(TIME_TO_LIVE_MS)
    }
  })

  it('leaves nothing in the memory of any process', async () => {
    const [kept, gone] = [FIRST_ID + 1_000, FIRST_ID + 1_001]
    const [one, another] = [await openAnother(), await openAnother()]
    for (const cache of [one, another]) {
      expect([await cache.read(kept, 'before'), await cache.read(gone, 'before')]).toEqual([
        'before',
        'before',
      ])
    }
    await redis.unlink(await keysOf([kept, gone]))
    expect(await another.read(gone, 'after')).toBe('before')
    await one.forget(gone)
    expect(await one.read(gone, 'after')).toBe('after')
    // Again, as another process may not have been listening yet.
    await vi.waitFor(async () => {
      await one.forget(gone)
      expect(await another.read(gone, 'after')).toBe('after')
    })
    expect([await one.read(kept, 'after'), await another.read(kept, 'after')]).toEqual([
      'before',
      'before',
    ])
    await one.close()
    await another.close()
  })
})
