import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { becomeCurrent, expectFiguresOfLedger, openBlocker, queryOnce } from '../setup/figures.ts'
import { createCustomers, createHttpClient, type HttpClient } from '../setup/http/http-client.ts'
import { createLoad, postAll, seededRandom } from '../setup/load.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'

const random = seededRandom(1)

let fleet: Fleet
/** The same admin at another API process. */
let other: HttpClient
let userIds: number[]

beforeAll(async () => {
  fleet = await startFleet({ STATISTICS_REFRESH_SECONDS: '1', WORKER_CONCURRENCY: '2' })
  const [url] = await Promise.all([fleet.startApi().url(), fleet.startWorkers(2)])
  other = createHttpClient(url, fleet.admin.token)
  userIds = await createCustomers(fleet.admin, 8)
}, 90_000)
afterAll(() => fleet.close())

describe('several processes over one Redis', () => {
  it('bring figures up to date whichever of them took the change', async () => {
    const { admin, database } = fleet
    await Promise.all([
      postAll(admin, createLoad(random, userIds, 'one', 100), 8),
      postAll(other, createLoad(random, userIds, 'two', 100), 8),
    ])
    await becomeCurrent(admin, userIds)
    await expectFiguresOfLedger(admin, database.url, userIds)
    await expectFiguresOfLedger(other, database.url, userIds)
  }, 60_000)

  it('take over from a worker that is killed in the middle of its jobs', async () => {
    const { admin, database, startWorkers } = fleet
    const [victim] = await startWorkers(1)
    const blocker = await openBlocker(database.url, 'statistics_versions')
    const load = userIds.flatMap((id) => createLoad(random, [id], `takeover${id}`, 1))
    await postAll(admin, load, 4)
    // Three workers of two jobs each, all of them in the middle of one.
    const waits = () =>
      queryOnce(
        database.url,
        `SELECT FROM pg_stat_activity
         WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      )
    await vi.waitFor(async () => expect(await waits()).toHaveLength(6), { timeout: 20_000 })
    await victim?.end('SIGKILL')
    await blocker.release()
    await becomeCurrent(admin, userIds)
    await expectFiguresOfLedger(admin, database.url, userIds)
  }, 60_000)

  it('go on looking after stored figures when Redis comes back empty', async () => {
    const { redis, database, admin } = fleet
    await becomeCurrent(admin, userIds)
    await redis.kill()
    await redis.start()
    const counted = () =>
      database.query('SELECT sum(transaction_count)::int AS count FROM daily_statistics')
    const before = await counted()
    await database.query('UPDATE daily_statistics SET transaction_count = transaction_count + 1')
    const repaired = async () => expect(await counted()).toEqual(before)
    await vi.waitFor(repaired, { timeout: 20_000, interval: 100 })
    await becomeCurrent(admin, userIds)
    await expectFiguresOfLedger(admin, database.url, userIds)
  }, 60_000)
})
