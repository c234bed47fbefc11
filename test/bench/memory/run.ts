import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { createCustomers, type HttpClient, logIn } from '../../setup/http/http-client.ts'
import { createLoad, seededRandom } from '../../setup/load.ts'
import { startProcess } from '../../setup/servers/processes.ts'
import { openInstallation } from '../installation.ts'
import type { LoadRequest } from '../overload/load.ts'
import { runLoad } from '../overload/run-load.ts'

// npx tsx test/bench/memory/run.ts SECONDS ['FOLDER [FLAG ...]' ...]: the memory of an API process of each prepared checkout,
// run with these flags of Node.js: ready, idle, after each load of so many seconds, and after a rest. Needs redis-server.
const SECONDS = Number(process.argv[2] ?? 8)
const VARIANTS = process.argv.length > 3 ? process.argv.slice(3) : ['.']
const IDLE_MS = 10_000
const CONNECTIONS = 32
const USERS = 200
const TRANSACTIONS = 5_000
const TICKS_A_SECOND = 100

const installation = await openInstallation()
const { username, password } = installation.admin
const env = { LOG_LEVEL: 'warn', RATE_LIMIT_PER_MINUTE: '0', PORT: '0', STOP_DELAY_SECONDS: '0' }
const worker = startProcess('worker', { ...installation.env, ...env })
let operations: Readonly<Record<string, readonly LoadRequest[]>> | undefined

/** Starts an API process. @returns it, and its URL once it answers */
async function start(folder: string, flags: readonly string[]) {
  const child = spawn(process.execPath, [...flags, join(folder, 'dist/programs/api.js')], {
    env: { PATH: process.env['PATH'], ...installation.env, ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /Server listening at (http:[^"]+)/.exec(line) ?? []
    if (url === undefined) continue
    child.stdout.resume()
    return { child, url }
  }
  throw new Error(`the API process of ${folder} ended`)
}

/** What a process has in memory, in MiB: all of it, and what it does not share with files. */
async function memoryOf({ pid }: ChildProcess) {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  const [rss, anonymous] = ['Rss', 'Anonymous'].map(
    (field) => Number(new RegExp(`^${field}: +(\\d+)`, 'm').exec(text)?.[1]) / 1024,
  )
  return `${rss?.toFixed(0)} (${anonymous?.toFixed(0)})`
}

/** The CPU time of a process, in milliseconds. */
async function cpuOf({ pid }: ChildProcess): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND) * 1000
}

/** Makes users with transactions. @returns the loads over them */
async function seed(admin: HttpClient) {
  const userIds = await createCustomers(admin, USERS)
  const transactions = createLoad(seededRandom(1), userIds, 'memory', TRANSACTIONS)
  for (let first = 0; first < TRANSACTIONS; first += 1_000) {
    const body = { mode: 'atomic', transactions: transactions.slice(first, first + 1_000) }
    await admin.request('POST', '/v1/transactions/bulk', body)
  }
  const get = (path: string): LoadRequest[] =>
    userIds.map((id) => ({ method: 'GET', path: `/v1/users/${id}${path}` }))
  const create = transactions.slice(0, USERS).map(({ reference: _, ...transaction }) => ({
    method: 'POST',
    path: '/v1/transactions',
    body: JSON.stringify(transaction),
  }))
  return { analytics: get('/analytics'), user: get(''), history: get('/transactions'), create }
}

console.log('MiB of memory: all (of its own)')
for (const variant of VARIANTS) {
  const [folder = '.', ...flags] = variant.split(' ')
  const { child, url } = await start(folder, flags)
  const admin = await logIn(url, username, password)
  operations ??= await seed(admin)
  console.log(`${variant}: ready ${await memoryOf(child)}`)
  await delay(IDLE_MS)
  console.log(`  idle      ${await memoryOf(child)}`)
  for (const [name, requests] of Object.entries(operations)) {
    const token = admin.token as string
    const order = { url, token, requests, connections: CONNECTIONS }
    await runLoad({ ...order, seconds: 2 })
    const before = await cpuOf(child)
    const { accepted, p99 } = await runLoad({ ...order, seconds: SECONDS })
    const cpu = ((await cpuOf(child)) - before) / (accepted * SECONDS)
    console.log(
      `  ${name.padEnd(9)} ${await memoryOf(child)}, ${accepted.toFixed(0)}/s, p99 ${p99.toFixed(0)} ms, ${cpu.toFixed(3)} ms of CPU each`,
    )
  }
  await delay(IDLE_MS)
  console.log(`  at rest   ${await memoryOf(child)}`)
  child.kill('SIGTERM')
  await once(child, 'exit')
}
await worker.end('SIGTERM')
await installation.close()
