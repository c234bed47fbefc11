import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { isAlive, isServerOf } from '../../src/database/embedded/processes.ts'
import { queryOnce } from '../setup/figures.ts'
import {
  createCustomers,
  createHttpClient,
  type HttpClient,
  logIn,
} from '../setup/http/http-client.ts'
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

const LIMIT = 100
/** Has each request take a connection, and so a process, of its own. */
const APART = { connection: 'close' }

let dataDir: Awaited<ReturnType<typeof createDataDir>>
let passbook: TestProcess
let url: string
let admin: HttpClient
let user: HttpClient

beforeAll(async () => {
  dataDir = await createDataDir()
  passbook = startProcess('main', {
    DATA_DIR: dataDir.path,
    API_PROCESSES: '2',
    RATE_LIMIT_PER_MINUTE: String(LIMIT),
  })
  url = await passbook.url()
  const { adminUsername, adminPassword } = await readKept(dataDir.path)
  admin = await logIn(url, adminUsername, adminPassword)
  const credentials = { username: 'somebody', password: 'only for these tests' }
  await createHttpClient(url).request('POST', '/v1/register', credentials)
  user = await logIn(url, credentials.username, credentials.password)
}, 90_000)
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

const getMe = (client: HttpClient) => client.request('GET', '/v1/me', undefined, APART)
const apis = () => childrenOf(passbook.pid, 'api')

const successors = () => passbook.text.stdout.match(/"msg":"a new process is ready"/g)?.length ?? 0

/** Kills a process that Passbook forked, and waits until the one that takes its place is ready. */
async function replace(pid: number): Promise<void> {
  const before = successors()
  process.kill(pid, 'SIGKILL')
  const isReplaced = () => expect(successors()).toBe(before + 1)
  await vi.waitFor(isReplaced, { timeout: 40_000 })
}

/** Creates a transaction of a new customer, and waits until its figures are there: without requests, which count. */
async function becomeCurrent(): Promise<void> {
  const [id] = (await createCustomers(admin, 1)) as [number]
  const transaction = {
    user_id: id,
    transaction_date: '2026-03-01',
    transaction_amount: '10.00',
    transaction_type: 'credit',
  }
  expect((await admin.request('POST', '/v1/transactions', transaction)).status).toBe(201)
  const database = await databaseUrl(dataDir.path)
  const isDone = async () => expect(await queryOnce(database, 'SELECT FROM outbox')).toEqual([])
  await vi.waitFor(isDone, { timeout: 30_000, interval: 50 })
  const { body } = await admin.request('GET', `/v1/users/${id}/analytics`)
  expect([body.transaction_count, body.is_current]).toEqual([1, true])
}

/** A value of a metric that stands there once. */
function numberOf(text: string, name: string): number {
  const values = text.split('\n').filter((line) => line.startsWith(`${name} `))
  expect(values).toHaveLength(1)
  return Number(values[0]?.slice(name.length))
}

describe('npm start with two API processes', () => {
  it('says once where they listen, and has a worker beside them', async () => {
    expect(passbook.text.stdout.match(/Passbook is ready/g)).toHaveLength(1)
    expect(await apis()).toHaveLength(2)
    const hasWorker = async () => expect(await childrenOf(passbook.pid, 'worker')).toHaveLength(1)
    await vi.waitFor(hasWorker, { timeout: 10_000 })
  })

  it('counts requests of both together, exactly', async () => {
    const answers = await Promise.all(Array.from({ length: LIMIT + 3 }, () => getMe(user)))
    const remaining = answers
      .filter(({ status }) => status === 200)
      .map(({ headers }) => Number(headers.get('ratelimit-remaining')))
    expect(remaining.toSorted((a, b) => b - a)).toEqual(
      Array.from({ length: LIMIT }, (_, index) => LIMIT - 1 - index),
    )
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.map(({ body }) => body.code)).toEqual(Array(3).fill('rate_limited'))
  })

  it('sums up what both and the worker measure, and reads the database once', async () => {
    await becomeCurrent()
    const requests = 'passbook_http_request_duration_seconds_count{operation="getMe"'
    const jobs = 'passbook_job_duration_seconds_count{job="recomputeStatistics"'
    const read = async () => {
      const { body } = await createHttpClient(url).request('GET', '/metrics', undefined, APART)
      expect(numberOf(body, `${requests},status="200"}`)).toBe(LIMIT)
      expect(numberOf(body, `${requests},status="429"}`)).toBe(3)
      // A job may come twice.
      expect(numberOf(body, `${jobs},outcome="completed"}`)).toBeGreaterThan(0)
      expect(numberOf(body, 'passbook_event_lag_seconds_count')).toBeGreaterThan(0)
      expect(numberOf(body, 'passbook_jobs{queue="events",state="failed"}')).toBe(0)
      expect(numberOf(body, 'process_start_time_seconds')).toBeGreaterThan(0)
    }
    await vi.waitFor(read, { timeout: 10_000 })
    await read()
  })

  it('goes on while one of them is replaced, and with either', async () => {
    for (const pid of await apis()) {
      const replaced = replace(pid)
      for (let count = 0; count < 5; count += 1) expect((await getMe(admin)).status).toBe(200)
      await replaced
    }
    expect(await apis()).toHaveLength(2)
  }, 60_000)

  it('brings figures up to date after the worker was killed', async () => {
    const [worker] = (await childrenOf(passbook.pid, 'worker')) as [number]
    await replace(worker)
    await becomeCurrent()
  }, 60_000)

  it('leaves no process behind when it is killed', async () => {
    const server = await postgresPid(dataDir.path)
    const children = [...(await apis()), ...(await childrenOf(passbook.pid, 'worker'))]
    expect(children).toHaveLength(3)
    await passbook.end('SIGKILL')
    const gone = async () => {
      expect(children.filter(isAlive)).toEqual([])
      expect(await isServerOf(dataDir.pgdata, server)).toBe(false)
    }
    await vi.waitFor(gone, { timeout: 10_000 })
  })
})
