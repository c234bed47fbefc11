import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openBlocker, queryOnce } from '../setup/figures.ts'
import {
  createHttpClient,
  type HttpAnswer,
  type HttpClient,
  logIn,
} from '../setup/http/http-client.ts'
import {
  createDataDir,
  databaseUrl,
  endProcesses,
  readKept,
  startProcess,
  type TestProcess,
} from '../setup/servers/processes.ts'

const PARALLEL = 50

let dataDir: Awaited<ReturnType<typeof createDataDir>>
let passbook: TestProcess
let admin: HttpClient

const start = () => startProcess('main', { DATA_DIR: dataDir.path, LOG_LEVEL: 'warn' })

/** Starts again after a kill. The access token of before still holds. */
async function restart(): Promise<void> {
  passbook = start()
  admin = createHttpClient(await passbook.url(), admin.token)
}

beforeAll(async () => {
  dataDir = await createDataDir()
  passbook = start()
  const url = await passbook.url()
  const { adminUsername, adminPassword } = await readKept(dataDir.path)
  admin = await logIn(url, adminUsername, adminPassword)
})
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

const newRequest = () => ({
  key: randomUUID(),
  body: { name: 'Sent Again', email: `${randomUUID()}@customers.example` },
})

/** Sends one request; undefined where the connection broke. */
const send = ({ key, body }: ReturnType<typeof newRequest>): Promise<HttpAnswer | undefined> =>
  admin.request('POST', '/v1/users', body, { 'idempotency-key': key }).catch(() => undefined)

const sendAll = (
  request: ReturnType<typeof newRequest>,
  answered: (count: number) => void = () => undefined,
) => {
  let count = 0
  const sendOne = async () => {
    const answer = await send(request)
    answered(++count)
    return answer
  }
  return Promise.all(Array.from({ length: PARALLEL }, sendOne))
}

const countUsers = async (email: string) =>
  (await admin.request('GET', `/v1/users?email=${encodeURIComponent(email)}`)).body.length

/** Expects equal answers, or 409 while the first was under way. @returns the user's id, if any */
function expectOneAnswer(answers: readonly (HttpAnswer | undefined)[]): number | undefined {
  const given = answers.filter((answer) => answer !== undefined)
  const created = given.filter(({ status }) => status === 201)
  for (const { status } of given) expect([201, 409]).toContain(status)
  const ids = new Set(created.map(({ body }) => body.id as number))
  expect(ids.size).toBeLessThanOrEqual(1)
  expect(new Set(created.map(({ body }) => JSON.stringify(body))).size).toBe(ids.size)
  return [...ids][0]
}

describe('requests with one Idempotency-Key, and a SIGKILL', () => {
  it.each([
    ['at the first answer', 1],
    ['half way', PARALLEL / 2],
    ['near the end', PARALLEL - 3],
  ])(
    'make one row when it comes %s',
    async (_, killAt) => {
      const request = newRequest()
      const before = await sendAll(request, (count) => {
        if (count === killAt) void passbook.end('SIGKILL')
      })
      await passbook.exited
      const first = expectOneAnswer(before)
      await restart()
      const after = await sendAll(request)
      const id = expectOneAnswer(after) ?? (await send(request))?.body.id
      expect(id).toEqual(expect.any(Number))
      if (first !== undefined) expect(id).toBe(first)
      expect(await countUsers(request.body.email)).toBe(1)
    },
    60_000,
  )

  it('make one row when it comes before the commit', async () => {
    const request = newRequest()
    const url = await databaseUrl(dataDir.path)
    // The answer is written after the user, in the same transaction.
    await openBlocker(url, 'idempotency_keys')
    const answer = send(request)
    await vi.waitFor(
      async () =>
        expect(
          await queryOnce(
            url,
            `SELECT FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND query ~ 'INSERT INTO idempotency_keys'`,
          ),
        ).toHaveLength(1),
      { timeout: 20_000 },
    )
    await passbook.end('SIGKILL')
    expect(await answer).toBeUndefined()
    await restart()
    expect(await countUsers(request.body.email)).toBe(0)
    const again = await send(request)
    expect([again?.status, again?.headers.get('idempotency-replayed')]).toEqual([201, null])
    expect(await countUsers(request.body.email)).toBe(1)
  }, 60_000)
})
