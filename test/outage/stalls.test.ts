import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { BoundedPool, PATIENT } from '../../src/database/bounded-pool.ts'
import { createProbe } from '../../src/database/probe.ts'
import { createDeadlines } from '../../src/http/deadline.ts'
import { openBlocker } from '../setup/figures.ts'
import { waitForLock } from '../setup/lock.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../setup/servers/database-proxy.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

const POOL_SIZE = 6
const REQUESTS = 16
/** Longer than a request waits for a connection. */
const STALL_MS = 4_500
/** Longer than the probe waits for its answer. */
const PROBE_STALL_MS = 2_500
/** Longer than a disk is slow for a moment; the database is not taken for lost before 3 s. */
const SILENCE_MS = 2_400

/** Keeps this process from running, as one that is stopped or gets no processor. Others go on. */
function stall(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

let proxy: DatabaseProxy
let service: TestService
let staff: Account

/** A service that has just started: an account took its only connection so far. */
beforeEach(async () => {
  service = await startTestService({
    env: { DATABASE_POOL_SIZE: `${POOL_SIZE}` },
    through: async (url) => {
      proxy = await startDatabaseProxy(url)
      return proxy.url
    },
  })
  staff = await service.createAccount('staff')
})
afterEach(async () => {
  proxy.resume()
  await service.close()
  await proxy.close()
})

async function createTask() {
  const { token } = staff
  const { status, body } = await service.call('createTask', { token, body: { title: 'Waits' } })
  return status === 201 ? 'created' : body.code
}

/** More questions than there are connections; all but one of these have to be opened first. */
const askAll = () =>
  Promise.all(
    Array.from({ length: REQUESTS }, () => service.services.database.$queryRaw`SELECT 1 AS one`),
  )

describe('a process that stands still for a while', () => {
  it('refuses nobody who waits for a connection or for an answer', async () => {
    const blocker = await openBlocker(service.database.url, 'tasks')
    const answers = Array.from({ length: REQUESTS }, createTask)
    await waitForLock(service, POOL_SIZE)
    void blocker.release()
    stall(STALL_MS)
    expect(await Promise.all(answers)).toEqual(Array(REQUESTS).fill('created'))
    expect(service.services.watch.away).toBe(false)
  })

  it('goes on opening connections afterwards', async () => {
    const answers = askAll()
    await turn()
    stall(STALL_MS)
    expect(await answers).toHaveLength(REQUESTS)
    expect(service.services.watch.away).toBe(false)
  })

  it('does not take the database for lost that it is just asking', async () => {
    const probe = createProbe(inject('serverUrl'))
    const opening = probe.ask()
    await turn()
    stall(PROBE_STALL_MS)
    await expect(opening).resolves.toBeUndefined()
    const asking = probe.ask()
    stall(PROBE_STALL_MS)
    await expect(asking).resolves.toBeUndefined()
    probe.close()
  })

  it('reads an answer that came meanwhile before it gives up its connection', async () => {
    const pool = new BoundedPool(
      { connectionString: inject('serverUrl'), max: 1, query_timeout: 300 },
      PATIENT,
    )
    pool.on('connect', (client) => void client.on('error', () => undefined))
    const client: pg.PoolClient = await pool.connect()
    const answer = client.query('SELECT 1 AS one')
    stall(1_000)
    expect((await answer).rows).toEqual([{ one: 1 }])
    client.release()
    await expect(pool.query('SELECT pg_sleep(2)')).rejects.toThrow('Query read timeout')
    await pool.end()
  })

  it('leaves a request time for the rest of its work', async () => {
    const beforeDeadline = createDeadlines(600)
    const client = new pg.Client({ connectionString: inject('serverUrl') })
    await client.connect()
    const request = {}
    const ask = () => beforeDeadline(request, async () => (await client.query('SELECT 1')).rowCount)
    const answer = ask()
    stall(1_000)
    expect(await answer).toBe(1)
    expect(await ask()).toBe(1)
    await client.end()
  })
})

describe('a database that stands still for a moment', () => {
  it('is waited for while connections are being opened', async () => {
    proxy.hang()
    const answers = askAll()
    await delay(SILENCE_MS)
    proxy.resume()
    expect(await answers).toHaveLength(REQUESTS)
  })
})
