import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createCustomers } from '../setup/http/http-client.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'

const COUNT = 200
/** The first requests may wait for Redis; what they wait is bounded. */
const MAX_MS = 2_500
/** How long until figures are current again: generous, as the machine may be busy. */
const MAX_RECOVERY_MS = 60_000

let fleet: Fleet
let id: number

beforeAll(async () => {
  // Requests are counted, so that each asks Redis.
  fleet = await startFleet({ RATE_LIMIT_PER_MINUTE: '1000000' })
  id = (await createCustomers(fleet.admin, 1))[0] as number
})
afterAll(() => fleet.close())

/** One request of each kind that has to do with Redis: the limits, the cache, the queue. */
const REQUESTS = [
  () => fleet.admin.request('GET', `/v1/users/${id}/analytics`),
  () => fleet.admin.request('GET', `/v1/users/${id}/analytics?currency=JPY&from=2026-01-01`),
  () => fleet.admin.request('PUT', `/v1/users/${id}`, { age: 30 + Math.floor(Math.random() * 9) }),
  () =>
    fleet.admin.request('POST', '/v1/transactions', {
      user_id: id,
      transaction_date: '2026-03-01',
      transaction_amount: '1.00',
      transaction_type: 'credit',
      reference: randomUUID(),
    }),
  () => fleet.admin.request('GET', '/v1/me'),
]

/** @returns the median and the longest time of the requests, in milliseconds */
async function measure(state: string) {
  const times: number[] = []
  for (let index = 0; index < COUNT; index += 1) {
    const since = performance.now()
    const { status } = await (REQUESTS[index % REQUESTS.length] as (typeof REQUESTS)[0])()
    expect(status).toBeLessThan(300)
    times.push(performance.now() - since)
  }
  const longest = Math.max(...times)
  const median = times.sort((a, b) => a - b)[COUNT / 2] as number
  console.log(`Redis ${state}: median ${median.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`)
  return { median, longest }
}

const readiness = async () => {
  const { status, body } = await fleet.admin.request('GET', '/health/ready')
  return [status, body.status, body.dependencies.cache.status, body.figures.status]
}
/** There is no worker, so figures may wait for longer than a service that is ready lets them. */
const isBack = async () => {
  const { dependencies } = (await fleet.admin.request('GET', '/health/ready')).body
  const { cache, queue } = dependencies
  expect([cache.status, queue.status]).toEqual(['ok', 'ok'])
}
const back = () => vi.waitFor(isBack, MAX_RECOVERY_MS)

describe.each([
  ['that is gone', () => fleet.redis.kill(), () => fleet.redis.start()],
  ['that hangs', async () => void fleet.redis.pause(), async () => void fleet.redis.resume()],
])('a Redis %s', (name, lose, find) => {
  it('costs requests nearly nothing', async () => {
    await measure('that answers, cold')
    const usual = await measure('that answers')
    await lose()
    const without = await measure(name)
    const told = async () =>
      expect(await readiness()).toEqual([200, 'degraded', 'unavailable', 'degraded'])
    await vi.waitFor(told, 10_000)
    expect(without.longest).toBeLessThan(MAX_MS)
    expect(without.median).toBeLessThan(3 * usual.median + 100)
    await find()
    await back()
  }, 150_000)

  it('keeps no import and no report from being asked for', async () => {
    await lose()
    const since = performance.now()
    const report = { type: 'user_groups', group_by: ['bank'] }
    const { status } = await fleet.admin.request('POST', '/v1/reports', report)
    expect(status).toBe(202)
    expect(performance.now() - since).toBeLessThan(MAX_MS)
    await find()
    await back()
  }, 150_000)
})
