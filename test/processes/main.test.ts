import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { isServerOf } from '../../src/database/embedded/processes.ts'
import { openBlocker, queryOnce } from '../setup/figures.ts'
import { createHttpClient, logIn } from '../setup/http/http-client.ts'
import {
  createDataDir,
  databaseUrl,
  endProcesses,
  postgresPid,
  readKept,
  startProcess,
} from '../setup/servers/processes.ts'

/** What a stop may take, in milliseconds. */
const STOP_MS = 5_000

let dataDir: Awaited<ReturnType<typeof createDataDir>>

const start = (env: Readonly<Record<string, string>> = {}) =>
  startProcess('main', { DATA_DIR: dataDir.path, LOG_LEVEL: 'warn', ...env })

beforeAll(async () => {
  dataDir = await createDataDir()
})
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

/** Sends a request that waits in the database until `blocker` is released. */
async function sendBlocked(url: string) {
  const { adminUsername, adminPassword } = await readKept(dataDir.path)
  const admin = await logIn(url, adminUsername, adminPassword)
  const database = await databaseUrl(dataDir.path)
  const blocker = await openBlocker(database, 'users')
  const email = `${crypto.randomUUID()}@customers.example`
  const answer = admin.request('POST', '/v1/users', { name: 'Test Customer', email })
  answer.catch(() => undefined)
  const waits = async () =>
    expect(
      await queryOnce(database, `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`),
    ).toHaveLength(1)
  await vi.waitFor(waits, { timeout: 20_000 })
  return { blocker, answer }
}

/** Whether nothing listens on a port. */
const refuses = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(false)).on('error', () => resolve(true))
    socket.on('connect', () => socket.destroy())
  })

describe('npm start', () => {
  it('serves from a first start, stops on a signal, and finds its data again', async () => {
    const first = start()
    const url = await first.url()
    const { adminUsername, adminPassword } = await readKept(dataDir.path)
    expect(first.text.stdout).toContain(`Swagger UI  ${url}/docs`)
    expect(first.text.stdout).toContain(`API         ${url}/v1`)
    expect(first.text.stdout).toContain(`Data        ${dataDir.path} `)
    expect(first.text.stdout).toContain(`Log in at   ${url}/\n`)
    expect(first.text.stdout).toContain(`User name   ${adminUsername}\n`)
    expect(first.text.stdout).toContain(`Password    ${adminPassword}\n`)
    const admin = await logIn(url, adminUsername, adminPassword)
    expect((await admin.request('GET', '/health/ready')).body.status).toBe('ok')
    expect((await admin.request('GET', '/docs/')).status).toBe(200)
    const created = { name: 'Test Customer', email: 'kept@customers.example' }
    const { body: user } = await admin.request('POST', '/v1/users', created)
    const server = await postgresPid(dataDir.path)

    const { milliseconds, ...exit } = await first.end('SIGTERM')
    expect(exit).toEqual({ code: 0, signal: null })
    expect(milliseconds).toBeLessThan(STOP_MS)
    expect(first.text.stderr).toBe('')
    expect(await isServerOf(dataDir.pgdata, server)).toBe(false)

    const second = start()
    const again = createHttpClient(await second.url(), admin.token)
    expect((await again.request('GET', `/v1/users/${user.id}`)).body).toEqual(user)
    const next = await postgresPid(dataDir.path)
    const interrupted = await second.end('SIGINT')
    expect(interrupted).toMatchObject({ code: 0, signal: null })
    expect(interrupted.milliseconds).toBeLessThan(STOP_MS)
    expect(await isServerOf(dataDir.pgdata, next)).toBe(false)
  }, 60_000)

  it('answers what is under way before it stops, with several processes too', async () => {
    const passbook = start({ API_PROCESSES: '2' })
    const { blocker, answer } = await sendBlocked(await passbook.url())
    const exit = passbook.end('SIGTERM')
    const { port } = new URL(await passbook.url())
    await vi.waitFor(() => expect(refuses(Number(port))).resolves.toBe(true), { timeout: 10_000 })
    await blocker.release()
    expect((await answer).status).toBe(201)
    expect(await exit).toMatchObject({ code: 0 })
  }, 60_000)

  it('stops at the end of its grace though a request never ends', async () => {
    const passbook = start({ STOP_GRACE_SECONDS: '1' })
    const { answer } = await sendBlocked(await passbook.url())
    const broken = expect(answer).rejects.toThrow()
    const server = await postgresPid(dataDir.path)
    const exit = await passbook.end('SIGTERM')
    expect(exit).toMatchObject({ code: 0 })
    expect(exit.milliseconds).toBeLessThan(STOP_MS)
    await broken
    expect(await isServerOf(dataDir.pgdata, server)).toBe(false)
  }, 60_000)

  it('leaves no database behind when it is told to stop while it starts', async () => {
    const passbook = start()
    const server = await vi.waitFor(() => postgresPid(dataDir.path), { timeout: 20_000 })
    expect((await passbook.end('SIGTERM')).milliseconds).toBeLessThan(STOP_MS)
    const gone = async () => expect(await isServerOf(dataDir.pgdata, server)).toBe(false)
    await vi.waitFor(gone, { timeout: 10_000 })
  }, 60_000)

  it('ends, and logs it, when its database is killed', async () => {
    const passbook = start()
    await passbook.url()
    process.kill(await postgresPid(dataDir.path), 'SIGKILL')
    expect(await passbook.exited).toEqual({ code: 1, signal: null })
    expect(passbook.text.stdout).toContain('"level":"fatal"')
  }, 60_000)
})
