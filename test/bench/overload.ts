import { createCustomers, createHttpClient, logIn } from '../setup/http/http-client.ts'
import { createLoad, seededRandom } from '../setup/load.ts'
import { startProcess } from '../setup/servers/processes.ts'
import { openInstallation } from './installation.ts'
import type { LoadRequest, LoadResult } from './overload/load.ts'
import { runLoad } from './overload/run-load.ts'

// npx tsx test/bench/overload.ts [SECONDS] [OPERATION,...]: one API process and one worker under more load than they
// can serve. MAX_REQUESTS_UNDER_WAY=100000 shows what happens without a bound. Needs redis-server.
const SECONDS = Number(process.argv[2] ?? 8)
const CHOSEN = process.argv[3]?.split(',')
/** Connections that keep one process fully at work. */
const FULL_LOAD = 32
const CROWD = 1_000
const USERS = 50
const TRANSACTIONS = 5_000

const installation = await openInstallation()
const { username, password } = installation.admin
const env = {
  ...installation.env,
  LOG_LEVEL: 'warn',
  MAX_REQUESTS_UNDER_WAY: process.env['MAX_REQUESTS_UNDER_WAY'] ?? '',
}
const api = startProcess('api', { ...env, LOG_LEVEL: 'info' })
const worker = startProcess('worker', env)
const url = await api.url()
const admin = await logIn(url, username, password)
const userIds = await createCustomers(admin, USERS)
const transactions = createLoad(seededRandom(1), userIds, 'overload', TRANSACTIONS)
for (let start = 0; start < TRANSACTIONS; start += 1_000) {
  const body = { mode: 'atomic', transactions: transactions.slice(start, start + 1_000) }
  const { status } = await admin.request('POST', '/v1/transactions/bulk', body)
  if (status !== 201) throw new Error(`bulk answered ${status}`)
}

const get = (path: (id: number) => string): LoadRequest[] =>
  userIds.map((id) => ({ method: 'GET', path: path(id) }))
const post = (path: string, body: object): LoadRequest => ({
  method: 'POST',
  path,
  body: JSON.stringify(body),
})
const reads = get((id) => `/v1/users/${id}/analytics`)
const history = get((id) => `/v1/users/${id}/transactions`)
const creates = transactions
  .slice(0, USERS)
  .map(({ reference: _, ...transaction }) => post('/v1/transactions', transaction))
const login = post('/v1/login', { username, password })
const operations: Readonly<Record<string, readonly LoadRequest[]>> = {
  analytics: reads,
  history,
  create: creates,
  login: [login],
  mix: reads.flatMap((read, index) => [
    read,
    ...(index % 2 === 0 ? [history[index], creates[index]] : [reads[USERS - 1 - index]]),
    ...(index % 25 === 0 ? [login] : []),
  ]) as LoadRequest[],
}

/** The API process's memory, in MiB. */
async function memory(): Promise<number> {
  const { body } = await createHttpClient(url).request('GET', '/metrics')
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(body)?.[1]) / 1024 / 1024
}

console.log(
  'operation  load          accepted/s  shed/s  failed/s  p50 ms  p99 ms  late ms  to full load  MiB',
)
for (const [name, requests] of Object.entries(operations)) {
  if (CHOSEN && !CHOSEN.includes(name)) continue
  const base = { url, token: admin.token as string, seconds: SECONDS, requests }
  await runLoad({ ...base, seconds: 3, connections: FULL_LOAD })
  const full = await runLoad({ ...base, connections: FULL_LOAD })
  const show = async (kind: string, { accepted, shed, failed, p50, p99, late }: LoadResult) => {
    const figures = [accepted, shed, failed, p50, p99, late].map((figure) =>
      figure.toFixed(0).padStart(8),
    )
    const ratio = (p99 / full.p99).toFixed(2).padStart(8)
    console.log(
      `${name.padEnd(10)} ${kind.padEnd(12)}`,
      ...figures,
      ratio,
      (await memory()).toFixed(0),
    )
  }
  await show('full load', full)
  await show('1 x', await runLoad({ ...base, perSecond: full.accepted }))
  await show('2 x', await runLoad({ ...base, perSecond: 2 * full.accepted }))
  await show(`${CROWD} clients`, await runLoad({ ...base, connections: CROWD }))
}
await api.end('SIGTERM')
await worker.end('SIGTERM')
await installation.close()
