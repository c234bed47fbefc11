import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { isAlive, isServerOf } from '../../src/database/embedded/processes.ts'
import {
  becomeCurrent,
  expectFiguresOfLedger,
  openBlocker,
  queryOnce,
  readReferences,
} from '../setup/figures.ts'
import {
  createCustomers,
  createHttpClient,
  type HttpClient,
  logIn,
} from '../setup/http/http-client.ts'
import { createLoad, postAll, seededRandom } from '../setup/load.ts'
import {
  childrenOf,
  createDataDir,
  databaseUrl,
  endProcesses,
  postgresPid,
  readKept,
  startProcess,
  type TestProcess,
} from '../setup/servers/processes.ts'

const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 1e9))
const random = seededRandom(SEED)
const ROUNDS = 3
const COUNT = 1_000
const CONCURRENCY = 32

let dataDir: Awaited<ReturnType<typeof createDataDir>>
let passbook: TestProcess
let admin: HttpClient
let userIds: number[]

/** Sends one bulk. @returns its status; 0 stands for a connection that broke */
const sendBulk = (prefix: string, mode: string): Promise<number> =>
  admin
    .request('POST', '/v1/transactions/bulk', {
      mode,
      transactions: createLoad(random, userIds, prefix, COUNT),
    })
    .then(
      (answer) => answer.status,
      () => 0,
    )

async function insertWaits(url: string): Promise<boolean> {
  const rows = await queryOnce(
    url,
    `SELECT FROM pg_stat_activity
     WHERE wait_event_type = 'Lock' AND query ~ 'INSERT INTO transactions'`,
  )
  return rows.length > 0
}

const start = () => startProcess('main', { DATA_DIR: dataDir.path, LOG_LEVEL: 'warn' })

/** Starts again after a kill. The access token of before still holds. */
async function restart(): Promise<void> {
  passbook = start()
  admin = createHttpClient(await passbook.url(), admin.token)
}

beforeAll(async () => {
  console.log(`CRASH_SEED=${SEED}`)
  dataDir = await createDataDir()
  passbook = start()
  const { adminUsername, adminPassword } = await passbook.url().then(() => readKept(dataDir.path))
  admin = await logIn(await passbook.url(), adminUsername, adminPassword)
  userIds = await createCustomers(admin, 12)
})
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

describe('a Passbook killed with SIGKILL', () => {
  it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'keeps every transaction it acknowledged, once, and brings its figures up to date (%i)',
    async (round) => {
      const prefix = `round${round}`
      const load = createLoad(random, userIds, prefix, COUNT)
      const killAt = Math.floor(random() * (COUNT - CONCURRENCY))
      const server = await postgresPid(dataDir.path)
      const [worker] = (await childrenOf(passbook.pid, 'worker')) as [number]
      const statuses = await postAll(admin, load, CONCURRENCY, (_, count) => {
        if (count === killAt) void passbook.end('SIGKILL')
      })
      await passbook.exited
      await vi.waitFor(() => expect(isAlive(worker)).toBe(false), { timeout: 10_000 })
      const acknowledged = [...statuses].filter(([, status]) => status === 201).map(([ref]) => ref)
      expect(new Set(statuses.values())).toEqual(new Set([201, 0]))

      await restart()
      const milliseconds = await becomeCurrent(admin, userIds)
      console.log(
        `killed after ${killAt}: ${acknowledged.length} acknowledged, figures current ${milliseconds} ms after the restart`,
      )
      // Without a hurry it would be the lock of a dead job that is waited for, ten seconds and more.
      expect(milliseconds).toBeLessThan(6_000)
      const url = await databaseUrl(dataDir.path)
      const stored = await readReferences(url, prefix)
      expect(acknowledged.filter((reference) => !stored.has(reference))).toEqual([])
      expect([...stored.values()].every((count) => count === 1)).toBe(true)
      await expectFiguresOfLedger(admin, url, userIds)
      expect(await isServerOf(dataDir.pgdata, server)).toBe(false)

      // What got no answer is sent again: taken where it had been stored, and all is there once.
      const unsure = load.filter((item) => statuses.get(item.reference) === 0)
      const again = await postAll(admin, unsure, CONCURRENCY)
      for (const { reference } of unsure)
        expect(again.get(reference)).toBe(stored.has(reference) ? 409 : 201)
      expect((await readReferences(url, prefix)).size).toBe(COUNT)
    },
    120_000,
  )

  it.each(['atomic', 'partial'])(
    'stores nothing of a bulk (%s) that was written and not committed',
    async (mode) => {
      const url = await databaseUrl(dataDir.path)
      // The trigger of the INSERT waits for this lock: its rows are written by then.
      await openBlocker(url, 'outbox')
      const answer = sendBulk(mode, mode)
      await vi.waitFor(async () => expect(await insertWaits(url)).toBe(true), { timeout: 20_000 })
      await passbook.end('SIGKILL')
      expect(await answer).toBe(0)

      await restart()
      expect((await readReferences(await databaseUrl(dataDir.path), mode)).size).toBe(0)
    },
    60_000,
  )

  it('stores all or nothing of each of several bulks', async () => {
    const prefixes = Array.from({ length: 6 }, (_, index) => `bulk${index}`)
    const kill = async (status: number) => {
      if (status !== 0) await passbook.end('SIGKILL')
      return status
    }
    const statuses = await Promise.all(
      prefixes.map((prefix, index) =>
        sendBulk(prefix, index % 2 === 0 ? 'atomic' : 'partial').then(kill),
      ),
    )
    expect(statuses).toContain(201)

    await restart()
    const url = await databaseUrl(dataDir.path)
    const counts = await Promise.all(
      prefixes.map(async (prefix) => (await readReferences(url, prefix)).size),
    )
    console.log(`bulks answered ${statuses}, stored ${counts}`)
    for (const [index, status] of statuses.entries())
      expect(status === 201 ? [COUNT] : [0, COUNT]).toContain(counts[index])
    await becomeCurrent(admin, userIds)
    await expectFiguresOfLedger(admin, url, userIds)
  }, 60_000)
})
