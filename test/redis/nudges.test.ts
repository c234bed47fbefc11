import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { hearOverRedis, nudgeOverRedis } from '../../src/events/redis-nudges.ts'
import { createLog } from '../../src/lib/log.ts'
import { openShared, type SharedRedis } from '../../src/lib/redis-watch.ts'
import { startRedis, type TestRedis } from '../setup/servers/redis.ts'

const log = createLog('silent')
const MAX_MS = 10_000

let redis: TestRedis
let api: SharedRedis
let worker: SharedRedis

beforeAll(async () => {
  redis = await startRedis()
  api = openShared(redis.url, log) as SharedRedis
  worker = openShared(redis.url, log) as SharedRedis
})
afterAll(async () => {
  api.watch.close()
  worker.watch.close()
  await redis.close()
})

it('an API process nudges a worker over Redis, also once Redis was away', async () => {
  const heard = vi.fn()
  const stop = hearOverRedis(worker, log, heard)
  const outbox = nudgeOverRedis(api)
  const arrives = () =>
    vi.waitFor(
      () => {
        outbox.nudge()
        expect(heard).toHaveBeenCalled()
      },
      { timeout: MAX_MS },
    )
  await arrives()
  await redis.kill()
  await redis.start()
  heard.mockClear()
  await arrives()
  stop()
  await outbox.close()
})
