import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Job } from '../../src/events/catalogue.ts'
import { openQueue } from '../../src/events/queue.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics } from '../../src/lib/metrics.ts'
import { openShared, type SharedRedis } from '../../src/lib/redis-watch.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'

const log = createLog('silent')
const NONE = { status: 'ok', waiting: 0, active: 0, delayed: 0, failed: 0 }

let fleet: Fleet
let shared: SharedRedis

beforeAll(async () => {
  fleet = await startFleet()
  shared = openShared(fleet.redis.url, log) as SharedRedis
})
afterAll(async () => {
  shared.watch.close()
  await fleet.close()
})

/** Adds jobs, which nobody takes: there is no worker. */
async function add(name: 'events' | 'webhooks', jobs: readonly Job[]): Promise<void> {
  const { url: databaseUrl } = fleet.database
  const queue = openQueue({ name, databaseUrl, shared, metrics: createMetrics(), log })
  await queue.add(jobs).finally(() => queue.close())
}

const read = async () => {
  const { status, body } = await fleet.admin.request('GET', '/v1/admin/queues')
  expect(status).toBe(200)
  return body.queues
}

describe('getQueues on Redis', () => {
  it('counts the jobs of both queues', async () => {
    const payload = { user_ids: [1] }
    await add('events', [
      { consumer: 'recomputeStatistics', payload },
      { consumer: 'computeCreditScores', payload, yields: true },
    ])
    const lease = '00000000-0000-4000-8000-000000000000'
    await add('webhooks', [
      { consumer: 'deliverWebhooks', payload: { user_id: 1, endpoint_id: 1, lease } },
    ])
    expect(await read()).toEqual([
      { ...NONE, name: 'events', waiting: 2 },
      { ...NONE, name: 'webhooks', waiting: 1 },
    ])
  })

  it('says so while Redis is away, and counts again afterwards', async () => {
    await fleet.redis.kill()
    const away = { status: 'unavailable' }
    expect(await read()).toEqual([
      { ...away, name: 'events' },
      { ...away, name: 'webhooks' },
    ])
    await fleet.redis.start()
    const back = async () =>
      expect(await read()).toEqual([
        { ...NONE, name: 'events' },
        { ...NONE, name: 'webhooks' },
      ])
    await vi.waitFor(back, { timeout: 20_000, interval: 100 })
  })
})
