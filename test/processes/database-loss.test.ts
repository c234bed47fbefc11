import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { becomeCurrent, expectFiguresOfLedger, queryOnce } from '../setup/figures.ts'
import { createCustomers, type HttpClient, logIn } from '../setup/http/http-client.ts'
import { createLoad, postAll, seededRandom } from '../setup/load.ts'
import {
  createDataDir,
  databaseUrl,
  endProcesses,
  readKept,
  startProcess,
  type TestProcess,
} from '../setup/servers/processes.ts'

const random = seededRandom(1)

let dataDir: Awaited<ReturnType<typeof createDataDir>>
let passbook: TestProcess
let admin: HttpClient
let database: string
let userIds: number[]

beforeAll(async () => {
  dataDir = await createDataDir()
  passbook = startProcess('main', { DATA_DIR: dataDir.path, OUTBOX_RETRY_SECONDS: '1' })
  const url = await passbook.url()
  const { adminUsername, adminPassword } = await readKept(dataDir.path)
  admin = await logIn(url, adminUsername, adminPassword)
  database = await databaseUrl(dataDir.path)
  userIds = await createCustomers(admin, 6)
})
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

/** Every session but the one that asks, Passbook's and its queue's. */
const SESSIONS = `FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`

const LOSSES = {
  'ends all its sessions': async () => {
    await queryOnce(database, `SELECT pg_terminate_backend(pid) ${SESSIONS}`)
  },
  'loses a process and starts over': async () => {
    const sessions = `SELECT pid ${SESSIONS} AND application_name = 'passbook' LIMIT 1`
    const [session] = await queryOnce<{ pid: number }>(database, sessions)
    process.kill(session?.pid as number, 'SIGKILL')
  },
}

describe('a Passbook whose database', () => {
  it.each(Object.entries(LOSSES))(
    '%s goes on, and loses nothing',
    async (name, lose) => {
      const load = createLoad(random, userIds, name, 400)
      let lost: Promise<void> | undefined
      const statuses = await postAll(admin, load, 8, (_, count) => {
        if (count === 150) lost = lose()
      })
      await lost
      const ready = async () =>
        expect((await admin.request('GET', '/health/ready')).status).toBe(200)
      await vi.waitFor(ready, { timeout: 20_000, interval: 50 })
      const unsure = load.filter(({ reference }) => statuses.get(reference) !== 201)
      console.log(`${name}: answered ${[...new Set(statuses.values())]}, ${unsure.length} not 201`)
      expect([201, 503]).toEqual(expect.arrayContaining([...new Set(statuses.values())]))
      for (const status of (await postAll(admin, unsure, 8)).values())
        expect([201, 409]).toContain(status)
      await becomeCurrent(admin, userIds)
      await expectFiguresOfLedger(admin, database, userIds)
      const [stored] = await queryOnce<{ count: number }>(
        database,
        'SELECT count(*)::int FROM transactions WHERE starts_with(reference, $1)',
        [name],
      )
      expect(stored?.count).toBe(load.length)
    },
    60_000,
  )
})
