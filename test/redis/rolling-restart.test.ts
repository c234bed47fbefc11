import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findFreePort } from '../../src/database/embedded/port.ts'
import { openBlocker, readReferences } from '../setup/figures.ts'
import { createCustomers, createHttpClient } from '../setup/http/http-client.ts'
import { createLoad, postAll, seededRandom } from '../setup/load.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'
import { startNginx } from '../setup/servers/nginx.ts'
import type { TestProcess } from '../setup/servers/processes.ts'

const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 1e9))
const random = seededRandom(SEED)
const MIN_WRITES = 5_000
const ROUND = 500
const CONCURRENCY = 16
/** How long a request is held up while its process stops, in milliseconds. */
const HELD_UP_MS = 3_000

let fleet: Fleet
let ports: readonly [number, number]
let running: [TestProcess, TestProcess]
let nginx: Awaited<ReturnType<typeof startNginx>>
let userIds: number[]

/** An address that no connection from here takes a port of while a process restarts. */
const HOST = '127.0.0.2'
const urlOf = (port: number) => `http://${HOST}:${port}`

/** Starts an API process and waits until it is ready. */
async function startReady(port: number): Promise<TestProcess> {
  const api = fleet.startApi({ HOST, PORT: String(port), STOP_DELAY_SECONDS: '1' })
  await api.url()
  const ready = async () => expect((await fetch(`${urlOf(port)}/health/ready`)).status).toBe(200)
  await vi.waitFor(ready, { timeout: 20_000 })
  return api
}

beforeAll(async () => {
  console.log(`CRASH_SEED=${SEED}`)
  fleet = await startFleet()
  ports = [await findFreePort(), await findFreePort()]
  running = [await startReady(ports[0]), await startReady(ports[1])]
  nginx = await startNginx(ports.map(urlOf))
  await fleet.startWorkers(1)
  userIds = await createCustomers(fleet.admin, 12)
}, 120_000)
afterAll(async () => {
  await fleet.close()
  await nginx.close()
})

/** Writes through nginx until it is told to end, each once. */
function startWrites() {
  const client = createHttpClient(nginx.url, fleet.admin.token)
  const statuses = new Map<string, number>()
  let ended = false
  let answered = 0
  const done = (async () => {
    for (let round = 0; !ended || statuses.size < MIN_WRITES; round += 1) {
      const load = createLoad(random, userIds, `rolling-${round}`, ROUND)
      const count = () => {
        answered += 1
      }
      for (const [reference, status] of await postAll(client, load, CONCURRENCY, count))
        statuses.set(reference, status)
    }
  })()
  return {
    statuses,
    answered: () => answered,
    end: async () => {
      ended = true
      await done
    },
  }
}

/** Sends a request that waits in the database until it is released. */
async function sendHeldUp(port: number) {
  const blocker = await openBlocker(fleet.database.url, 'tasks')
  const client = createHttpClient(urlOf(port), fleet.admin.token)
  const answer = client.request('POST', '/v1/tasks', { title: 'Held up' })
  answer.catch(() => undefined)
  const waits = async () =>
    expect(
      await fleet.database.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE '%tasks%'`,
      ),
    ).toHaveLength(1)
  await vi.waitFor(waits, { timeout: 20_000 })
  return { blocker, answer }
}

describe('a rolling restart behind nginx', () => {
  it('fails no write, and none is there twice', async () => {
    const writes = startWrites()
    const [first, second] = running
    const heldUp = await sendHeldUp(ports[0])
    const since = performance.now()
    const exit = first.end('SIGTERM')
    await first.seen(/"msg":"stopping/)
    const before = writes.answered()
    await vi.waitFor(
      () => {
        expect(performance.now() - since).toBeGreaterThan(HELD_UP_MS)
        expect(writes.answered()).toBeGreaterThan(before)
      },
      { timeout: 24_000, interval: 50 },
    )
    await heldUp.blocker.release()
    expect((await heldUp.answer).status).toBe(201)
    expect(await exit).toMatchObject({ code: 0 })
    await startReady(ports[0])
    expect(await second.end('SIGTERM')).toMatchObject({ code: 0 })
    await startReady(ports[1])
    await writes.end()

    const failed = [...writes.statuses].filter(([, status]) => status !== 201)
    console.log(`${writes.statuses.size} writes, ${failed.length} failed`)
    const errors = (await nginx.errors()).split('\n').filter((line) => !line.includes('refused'))
    expect(failed, errors.join('\n')).toEqual([])
    const stored = await readReferences(fleet.database.url, 'rolling')
    expect([...stored.values()].filter((count) => count !== 1)).toEqual([])
    expect(stored.size).toBe(writes.statuses.size)
  }, 300_000)
})
