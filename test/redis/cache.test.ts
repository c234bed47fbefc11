import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cacheReads } from '../setup/cache-reads.ts'
import { figures, historyOf, user } from '../setup/freshness/kinds.ts'
import { expectNeverStale } from '../setup/freshness/never-stale.ts'
import { createCustomers, createHttpClient, type HttpClient } from '../setup/http/http-client.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'

let fleet: Fleet
/** The same admin at another API process. */
let other: HttpClient

beforeAll(async () => {
  fleet = await startFleet()
  other = createHttpClient(await fleet.startApi().url(), fleet.admin.token)
}, 90_000)
afterAll(() => fleet.close())

/** How many transactions a user's days show. */
const countOf = async (client: HttpClient, id: number, period = ''): Promise<number> => {
  const { body } = await client.request('GET', `/v1/users/${id}/analytics/daily?${period}`)
  return body[0].transaction_count
}

/** Changes stored figures past Passbook, which no cache can know of. */
const tamper = (id: number, count: number) =>
  fleet.database.query(
    `INSERT INTO daily_statistics VALUES ($1, '2026-01-01', 'USD', $2, 1, 1, 1)
     ON CONFLICT (user_id, currency, date) DO UPDATE SET transaction_count = excluded.transaction_count`,
    [id, count],
  )

describe('the cache', () => {
  it('is shared by all API processes', async () => {
    const [id = 0] = await createCustomers(fleet.admin, 1)
    await tamper(id, 1)
    expect(await countOf(fleet.admin, id)).toBe(1)
    await tamper(id, 2)
    expect(await countOf(other, id)).toBe(1)
  })

  it('counts a read once, in whichever layer it is found', async () => {
    const [id = 0] = await createCustomers(fleet.admin, 1)
    await tamper(id, 1)
    const reads = async (client: HttpClient) =>
      cacheReads((await client.request('GET', '/metrics')).body, 'days')
    const before = [await reads(fleet.admin), await reads(other)] as const
    for (const client of [fleet.admin, fleet.admin, other, other]) await countOf(client, id)
    const { hit, miss } = await reads(fleet.admin)
    expect([hit - before[0].hit, miss - before[0].miss]).toEqual([1, 1])
    const others = await reads(other)
    expect([others.hit - before[1].hit, others.miss - before[1].miss]).toEqual([2, 0])
  })

  it('keeps what it has of one user for ten minutes from the first answer', async () => {
    const [id = 0] = await createCustomers(fleet.admin, 1)
    await tamper(id, 1)
    const hash = `passbook:cache:${id}`
    const redis = new Redis(fleet.redis.url)
    await countOf(fleet.admin, id)
    const left = await redis.pttl(hash)
    expect(left).toBeGreaterThan(500_000)
    expect(left).toBeLessThanOrEqual(600_000)
    await redis.pexpire(hash, 60_000)
    await countOf(fleet.admin, id, 'from=2026-01-01')
    expect(await redis.hlen(hash)).toBe(2)
    expect(await redis.pttl(hash)).toBeLessThanOrEqual(60_000)
    redis.disconnect()
  })

  it('keeps at most 64 answers of one user', async () => {
    const [id = 0] = await createCustomers(fleet.admin, 1)
    await tamper(id, 1)
    const hash = `passbook:cache:${id}`
    const redis = new Redis(fleet.redis.url)
    for (let year = 1960; year < 2024; year += 1) {
      await countOf(fleet.admin, id, `from=${year}-01-01`)
    }
    expect(await redis.hlen(hash)).toBe(64)
    await countOf(fleet.admin, id)
    expect(await redis.hlen(hash)).toBe(1)
    redis.disconnect()
  })

  it.each([
    ['figures', figures],
    ['a history by cursor', historyOf('cursor=&per_page=100')],
    ['a history by number', historyOf('per_page=100')],
    ['a user', user],
  ] as const)(
    'never makes an answer older than what was committed: %s',
    async (_, kind) => {
      const [userId = 0] = await createCustomers(fleet.admin, 1)
      const { query } = fleet.database
      await expectNeverStale({ clients: [fleet.admin, other], userId, query }, kind)
    },
    60_000,
  )

  it('is read by none of them any more for what was recomputed since', async () => {
    const [id = 0] = await createCustomers(fleet.admin, 1)
    await tamper(id, 1)
    expect([await countOf(fleet.admin, id), await countOf(other, id)]).toEqual([1, 1])
    await tamper(id, 2)
    await fleet.database.query('INSERT INTO statistics_versions VALUES ($1, 1)', [id])
    expect([await countOf(fleet.admin, id), await countOf(other, id)]).toEqual([2, 2])
  })
})
