import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { decryptName } from '../../src/features/users/fields.ts'
import { createFieldCrypto } from '../../src/lib/crypto.ts'
import { queryOnce } from '../setup/figures.ts'
import { createHttpClient, type HttpClient, logIn } from '../setup/http/http-client.ts'
import {
  childrenOf,
  createDataDir,
  databaseUrl,
  endProcesses,
  readKept,
  startProcess,
  type TestProcess,
} from '../setup/servers/processes.ts'
import { openSession } from '../setup/session.ts'

const ROWS = 20_000
/** The one row with an account. The load waits there until it is killed; threads encrypt from row 10,000 on. */
const STOP = 14_000
const [BROKEN, TWICE] = [11_000, 18_000]
/** So long that its refusal is stored at once, and is there when the next attempt begins. */
const NO_ADDRESS = 'no address '.repeat(30_000)

/** Counts loads that wait for a table. */
const WAITING_LOAD = `
  SELECT count(*)::int AS count FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'passbook import' AND wait_event = 'relation'`

const nameOf = (row: number) => `Vistor Number${row}`
const addressOf = (row: number) => `vistor.${row}@killed.example`

const FILE = [
  'name,email,company_name,bank_name,account_number',
  ...Array.from({ length: ROWS }, (_, row) => {
    const address = row === BROKEN ? NO_ADDRESS : addressOf(row === TWICE ? row - 1 : row)
    const account = row === STOP ? 'River Bank,KILLED00000001' : ','
    return `${nameOf(row)},${address},Norvis Works,${account}`
  }),
].join('\n')

let dataDir: Awaited<ReturnType<typeof createDataDir>>
let passbook: TestProcess
let admin: HttpClient

const start = () => startProcess('main', { DATA_DIR: dataDir.path, LOG_LEVEL: 'warn' })

beforeAll(async () => {
  dataDir = await createDataDir()
  passbook = start()
  const { adminUsername, adminPassword } = await passbook.url().then(() => readKept(dataDir.path))
  admin = await logIn(await passbook.url(), adminUsername, adminPassword)
})
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

describe('a Passbook killed with SIGKILL while threads encrypt a file of users', () => {
  it('loads each user once in the end, and refuses the same rows', async () => {
    const url = await databaseUrl(dataDir.path)
    const session = await openSession(url)
    await session.query('BEGIN')
    await session.query('LOCK TABLE bank_accounts IN EXCLUSIVE MODE')
    const sent = await fetch(`${admin.url}/v1/imports?kind=users&name=killed`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', authorization: `Bearer ${admin.token}` },
      body: FILE,
    })
    expect(sent.status).toBe(202)
    const { id } = (await sent.json()) as { id: number }
    const show = async () => (await admin.request('GET', `/v1/imports/${id}`)).body

    await vi.waitFor(
      async () => expect(await queryOnce(url, WAITING_LOAD)).toEqual([{ count: 1 }]),
      { timeout: 120_000, interval: 20 },
    )
    // The worker would be done before it notices that its parent is gone.
    const workers = await childrenOf(passbook.pid, 'worker')
    const ended = passbook.end('SIGKILL')
    for (const pid of workers) process.kill(pid, 'SIGKILL')
    await ended
    await session.close().catch(() => undefined)
    passbook = start()
    admin = createHttpClient(await passbook.url(), admin.token)

    await vi.waitFor(async () => expect((await show()).status).toBe('completed'), {
      timeout: 120_000,
      interval: 50,
    })
    expect(await show()).toMatchObject({
      rows_read: ROWS,
      rows_loaded: ROWS - 2,
      rows_rejected: 2,
    })
    const [sums] = await queryOnce(
      await databaseUrl(dataDir.path),
      `SELECT count(*)::int AS users, count(DISTINCT email_index)::int AS addresses,
         (SELECT count(DISTINCT user_id)::int FROM employments) AS employments,
         (SELECT count(*)::int FROM bank_accounts) AS accounts,
         (SELECT attempts FROM imports) AS attempts,
         (SELECT sum(count)::int FROM user_counts) AS counted
       FROM users WHERE email_verified`,
    )
    expect(sums).toEqual({
      users: ROWS - 2,
      addresses: ROWS - 2,
      employments: ROWS - 2,
      accounts: 1,
      attempts: 2,
      // And the admin.
      counted: ROWS - 1,
    })
    const { encryptionKeys } = await readKept(dataDir.path)
    const crypto = createFieldCrypto(encryptionKeys)
    const rows = await queryOnce<{ id: string; name: Buffer }>(
      await databaseUrl(dataDir.path),
      'SELECT id, name FROM users WHERE email_verified',
    )
    const names = rows.map(({ id, name }) => decryptName(crypto, BigInt(id), name))
    const wanted = Array.from({ length: ROWS }, (_, row) => row).filter(
      (row) => row !== BROKEN && row !== TWICE,
    )
    expect(new Set(names)).toEqual(new Set(wanted.map(nameOf)))
    for (const row of [0, BROKEN + 1, ROWS - 1]) {
      const { body } = await admin.request('GET', `/v1/users?email=${addressOf(row)}`)
      expect(body).toMatchObject([{ name: nameOf(row) }])
    }
    const { body: rejects } = await admin.request('GET', `/v1/imports/${id}/rejects.csv`)
    const refused = String(rejects).trim().split('\r\n').slice(1)
    expect(refused.map((line) => line.split(',').slice(0, 3).join())).toEqual([
      `${BROKEN + 2},email,maxLength`,
      `${TWICE + 2},email,email_taken`,
    ])
  }, 300_000)
})
