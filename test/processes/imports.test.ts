import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { queryOnce } from '../setup/figures.ts'
import { createHttpClient, type HttpClient, logIn } from '../setup/http/http-client.ts'
import { seededRandom } from '../setup/load.ts'
import {
  createDataDir,
  databaseUrl,
  endProcesses,
  readKept,
  startProcess,
  type TestProcess,
} from '../setup/servers/processes.ts'

const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 1e9))
const random = seededRandom(SEED)
const ROUNDS = 6
const ROWS = 300_000
const FILE = Buffer.from(
  `id,amount\n${Array.from({ length: ROWS }, (_, index) => `${index + 1},${index % 1000}.25\n`).join('')}`,
)
const WHOLE = { rows: ROWS, ids: (ROWS * (ROWS + 1)) / 2, amount: ROWS * (499.5 + 0.25) }

let dataDir: Awaited<ReturnType<typeof createDataDir>>
let passbook: TestProcess
let admin: HttpClient
/** How long a load takes that nobody disturbs, in milliseconds. */
let whole: number

const start = () => startProcess('main', { DATA_DIR: dataDir.path, LOG_LEVEL: 'warn' })

/** Sends the file. @returns the status; 0 stands for a connection that broke */
const send = (name: string): Promise<number> =>
  fetch(`${admin.url}/v1/imports?kind=dataset&name=${name}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', authorization: `Bearer ${admin.token}` },
    body: FILE,
  }).then(
    ({ status }) => status,
    () => 0,
  )

const query = async <Row extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  await queryOnce<Row>(await databaseUrl(dataDir.path), text, values)

/** Waits until no import of the name is under way. @returns it, where it has a record */
const finished = (name: string) =>
  vi.waitFor(
    async () => {
      const { body } = await admin.request('GET', '/v1/imports?per_page=100')
      const found = body.find((one: { readonly name: string }) => one.name === name)
      if (['queued', 'running'].includes(found?.status)) throw new Error(`it is ${found.status}`)
      return found
    },
    { timeout: 30_000, interval: 50 },
  )

/** What of the file is stored under a name: all of it, or nothing. */
async function stored(name: string): Promise<typeof WHOLE | undefined> {
  const [dataset] = await query<{ id: string; rows: number }>(
    'SELECT id, row_count::int AS rows FROM datasets WHERE name = $1',
    [name],
  )
  if (dataset === undefined) return undefined
  const [sums] = await query<typeof WHOLE>(
    `SELECT count(*)::int AS rows, sum(id)::float AS ids, sum(amount)::float AS amount
     FROM datasets.d${dataset.id}`,
  )
  expect(dataset.rows).toBe(sums?.rows)
  return sums
}

beforeAll(async () => {
  console.log(`CRASH_SEED=${SEED}`)
  dataDir = await createDataDir()
  passbook = start()
  const { adminUsername, adminPassword } = await passbook.url().then(() => readKept(dataDir.path))
  admin = await logIn(await passbook.url(), adminUsername, adminPassword)
})
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

describe('a Passbook killed with SIGKILL while it loads', () => {
  it('loads a file when it is not', async () => {
    const load = async (name: string) => {
      const since = performance.now()
      expect(await send(name)).toBe(202)
      expect((await finished(name)).status).toBe('completed')
      expect(await stored(name)).toEqual(WHOLE)
      return performance.now() - since
    }
    // The first one warms it up.
    whole = Math.min(await load('first'), await load('second'))
  }, 60_000)

  it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'has all of the file or nothing, and says which (%i)',
    async (round) => {
      const name = `round${round}`
      const killAfter = Math.round(random() * whole)
      const sent = send(name)
      const timer = setTimeout(() => void passbook.end('SIGKILL'), killAfter)
      await passbook.exited.finally(() => clearTimeout(timer))
      const status = await sent

      passbook = start()
      admin = createHttpClient(await passbook.url(), admin.token)
      const since = performance.now()
      const found = await finished(name)
      console.log(
        `killed after ${killAfter} of ${Math.round(whole)} ms: answered ${status}, ${found?.status ?? 'no record'}, ${found?.rows_loaded ?? 0} rows, final ${Math.round(performance.now() - since)} ms after the restart`,
      )
      // What was taken is loaded in the end; of what was not, there is no trace.
      expect(status === 202 ? found?.status : (found?.status ?? 'completed')).toBe('completed')
      expect(await stored(name)).toEqual(found && WHOLE)
      if (found) expect(found).toMatchObject({ rows_read: ROWS, rows_loaded: ROWS, progress: 1 })
    },
    60_000,
  )

  it('goes on with a load that a stop ended', async () => {
    expect(await send('stopped')).toBe(202)
    await vi.waitFor(
      async () => {
        const running = await query(
          `SELECT FROM imports WHERE name = 'stopped' AND status = 'running'`,
        )
        expect(running).toHaveLength(1)
      },
      { timeout: 10_000, interval: 20 },
    )
    expect((await passbook.end('SIGTERM')).code).toBe(0)
    passbook = start()
    admin = createHttpClient(await passbook.url(), admin.token)
    expect(await finished('stopped')).toMatchObject({ status: 'completed', rows_loaded: ROWS })
    expect(await stored('stopped')).toEqual(WHOLE)
  }, 60_000)

  it('leaves no table that nobody lists, and no piece of a file', async () => {
    const orphans = await query(
      `SELECT relname FROM pg_class
       WHERE relkind = 'r' AND relnamespace = 'datasets'::regnamespace
         AND relname NOT IN (SELECT 'd' || id FROM datasets)`,
    )
    expect(orphans).toEqual([])
    // Uploads that were cut off with the process are deleted when they have been silent for long.
    await query(
      `UPDATE imports SET alive_at = now() - interval '1 hour' WHERE status = 'uploading'`,
    )
    await vi.waitFor(
      async () => {
        const left = await query(
          `SELECT (SELECT count(*)::int FROM import_chunks WHERE part = 'upload') AS pieces,
             (SELECT count(*)::int FROM imports WHERE status <> 'completed') AS imports`,
        )
        expect(left).toEqual([{ pieces: 0, imports: 0 }])
      },
      { timeout: 15_000, interval: 100 },
    )
  }, 30_000)
})
