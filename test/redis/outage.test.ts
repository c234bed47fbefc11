import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { becomeCurrent, expectFiguresOfLedger, readReferences } from '../setup/figures.ts'
import { createCustomers } from '../setup/http/http-client.ts'
import { createLoad, postAll, seededRandom } from '../setup/load.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'
import { startProcess } from '../setup/servers/processes.ts'

const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 1e9))
const random = seededRandom(SEED)
const COUNT = 1_000

let fleet: Fleet
let userIds: number[]

beforeAll(async () => {
  console.log(`CRASH_SEED=${SEED}`)
  fleet = await startFleet()
  await fleet.startWorkers(2)
  userIds = await createCustomers(fleet.admin, 12)
})
afterAll(() => fleet.close())

const readiness = async () => {
  const { status, body } = await fleet.admin.request('GET', '/health/ready')
  return [status, body.dependencies.queue.status, body.dependencies.cache.status]
}

describe('a Redis that dies and comes back empty', () => {
  it('costs no transaction and no figure', async () => {
    const { admin, redis, database } = fleet
    const load = createLoad(random, userIds, 'outage', COUNT)
    const killAt = 200 + Math.floor(random() * 200)
    const backAt = killAt + 300
    let outage: Promise<void> | undefined
    const statuses = await postAll(admin, load, 32, (_, count) => {
      if (count === killAt) outage = redis.kill()
      if (count === backAt) outage = outage?.then(redis.start)
    })
    await outage
    expect(new Set(statuses.values())).toEqual(new Set([201]))
    const milliseconds = await becomeCurrent(admin, userIds)
    console.log(`killed after ${killAt}: figures current ${milliseconds} ms after the last answer`)
    const stored = await readReferences(database.url, 'outage')
    expect(stored.size).toBe(COUNT)
    await expectFiguresOfLedger(admin, database.url, userIds)
  }, 120_000)

  it('is told of, and reads and writes go on without it', async () => {
    const { admin, redis, database } = fleet
    const path = `/v1/users/${userIds[0]}`
    expect(await readiness()).toEqual([200, 'ok', 'ok'])
    await redis.kill()
    const away = async () => expect(await readiness()).toEqual([200, 'unavailable', 'unavailable'])
    await vi.waitFor(away, 10_000)

    const since = performance.now()
    const [transaction] = createLoad(random, userIds, 'away', 1)
    const answers = [
      await admin.request('POST', '/v1/transactions', transaction),
      await admin.request('GET', `${path}/analytics`),
      await admin.request('GET', `${path}/analytics/daily`),
      await admin.request('GET', `${path}/analytics?currency=JPY`),
      await admin.request('PUT', path, { age: 40 }),
      await admin.request('DELETE', `/v1/users/${userIds.pop()}`),
    ]
    expect(answers.map((answer) => answer.status)).toEqual([201, 200, 200, 200, 200, 204])
    console.log(`six requests without Redis took ${Math.round(performance.now() - since)} ms`)
    expect(performance.now() - since).toBeLessThan(10_000)

    await redis.start()
    await vi.waitFor(async () => expect(await readiness()).toEqual([200, 'ok', 'ok']), 10_000)
    await becomeCurrent(admin, userIds)
    await expectFiguresOfLedger(admin, database.url, userIds)
  }, 120_000)

  it('does not keep processes from stopping, nor from starting', async () => {
    const { redis, startApi, startWorkers, environment, database, admin } = fleet
    const others = [startApi(), ...(await startWorkers(1))]
    await others[0]?.url()
    await redis.kill()
    const late = startApi()
    const lateWorker = startProcess('worker', environment)
    expect((await fetch(`${await late.url()}/health/live`)).status).toBe(200)
    const exits = await Promise.all(others.map((process) => process.end('SIGTERM')))
    for (const exit of exits) {
      expect(exit).toMatchObject({ code: 0, signal: null })
      expect(exit.milliseconds).toBeLessThan(5_000)
    }
    const [transaction] = createLoad(random, userIds, 'late', 1)
    const { status } = await admin.request('POST', '/v1/transactions', transaction)
    expect(status).toBe(201)

    await redis.start()
    await lateWorker.seen(/the worker is ready/)
    const ready = async () =>
      expect((await fetch(`${await late.url()}/health/ready`)).status).toBe(200)
    await vi.waitFor(ready, 10_000)
    await becomeCurrent(admin, userIds)
    await expectFiguresOfLedger(admin, database.url, userIds)
  }, 120_000)
})
