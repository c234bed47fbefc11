/**
 * What a rotation of keys takes, and what callers notice of it: `npx tsx test/bench/key-rotation.ts [USERS]`. An API
 * process and a worker serve reads and creates before and meanwhile. Needs redis-server and `node scripts/prepare.mjs`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { addEncryptionKeys } from '../../src/lib/encryption-keys.ts'
import { type HttpClient, logIn } from '../setup/http/http-client.ts'
import { runScript } from '../setup/run-script.ts'
import { startProcess } from '../setup/servers/processes.ts'
import { openInstallation } from './installation.ts'
import type { LoadRequest, LoadResult } from './overload/load.ts'
import { runLoad } from './overload/run-load.ts'
import { createPerson } from './people.ts'
import { seedUsers } from './seed-users.ts'

const USERS = Number(process.argv[2] ?? 100_000)
const READS_A_SECOND = 60
const CREATES_A_SECOND = 15
const SLICE_SECONDS = 10
const SLICES_BEFORE = 4
const PROBE_PAUSE_MS = 500

const personOf = (turn: number) => {
  const id = 1 + ((turn * 7919) % USERS)
  return { id, person: createPerson(id) }
}

function readOf(turn: number): LoadRequest {
  const { id, person } = personOf(turn)
  const query = new URLSearchParams({ email: person.email })
  return { method: 'GET', path: turn % 2 ? `/v1/users/${id}` : `/v1/users?${query}` }
}

let created = 0
function nextCreate(): LoadRequest {
  created += 1
  const body = JSON.stringify({ name: 'Fresh Person', email: `fresh${created}@bench.example` })
  return { method: 'POST', path: '/v1/users', body }
}

/** Sends reads and creates for a while. */
async function slice({ url, token = '' }: HttpClient) {
  const base = { url, token, seconds: SLICE_SECONDS }
  const reads = Array.from({ length: 1_000 }, (_, turn) => readOf(turn))
  const creates = Array.from({ length: SLICE_SECONDS * CREATES_A_SECOND + 1 }, nextCreate)
  return await Promise.all([
    runLoad({ ...base, requests: reads, perSecond: READS_A_SECOND }),
    runLoad({ ...base, requests: creates, perSecond: CREATES_A_SECOND }),
  ])
}

/** Whether one can log in, a person is found by email and their account number is known. */
async function misses({ url, request }: HttpClient, turn: number): Promise<readonly string[]> {
  const { id, person } = personOf(turn)
  const query = new URLSearchParams({ email: person.email })
  const { body: found } = await request('GET', `/v1/users?${query}`)
  const account = { bank_name: 'Bench Bank', account_number: person.accountNumbers[0] }
  const { status: taken } = await request('POST', `/v1/users/${id}/bank-accounts`, account)
  const login = await logIn(url, username, password).catch(() => undefined)
  return [
    found[0]?.id === id ? [] : ['email'],
    taken === 409 ? [] : ['account number'],
    login === undefined ? ['login'] : [],
  ].flat()
}

/** Asks for all of that twice a second or so, until it is stopped. */
function startProbes(client: HttpClient) {
  const missed: string[] = []
  let count = 0
  let running = true
  const done = (async () => {
    for (; running; count += 1) {
      missed.push(...(await misses(client, count)))
      await delay(PROBE_PAUSE_MS)
    }
  })()
  return {
    async stop() {
      running = false
      await done
      return `${count} probes missed ${missed.length}: ${missed.slice(0, 10).join()}`
    },
  }
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

function show(when: string, slices: readonly (readonly [LoadResult, LoadResult])[]): void {
  for (const [index, name] of ['reads', 'creates'].entries()) {
    const results = slices.map((both) => both[index] as LoadResult)
    const p50 = median(results.map((result) => result.p50))
    const p99 = results.map((result) => result.p99)
    const refused = results.reduce((sum, { shed, failed }) => sum + shed + failed, 0)
    console.log(
      `${when} ${name}: p50 ${p50.toFixed(1)} ms; p99 ${median(p99).toFixed(1)} ms, at most ${Math.max(...p99).toFixed(1)} ms; refused ${refused}`,
    )
  }
}

const { env, admin: account, close } = await openInstallation()
const { username, password } = account
await seedUsers(env.DATABASE_URL, env.ENCRYPTION_KEYS, USERS, () => undefined)
const before = startProcess('api', env)
await before.url()
await before.end('SIGTERM')
env.ENCRYPTION_KEYS = addEncryptionKeys(env.ENCRYPTION_KEYS).encryptionKeys
const processes = [startProcess('api', env), startProcess('worker', env)]
const admin = await logIn(await (processes[0] as (typeof processes)[0]).url(), username, password)

const probes = startProbes(admin)
await slice(admin)
const quiet = []
while (quiet.length < SLICES_BEFORE) quiet.push(await slice(admin))
show('before', quiet)

let isOver = false
const rotation = runScript('keys', ['rotate', '--json'], env).finally(() => {
  isOver = true
})
const busy = []
while (!isOver) busy.push(await slice(admin))
show('meanwhile', busy)
const { stdout, stderr } = await rotation
await delay(2 * PROBE_PAUSE_MS)
console.log(stdout.trim(), stderr.trim())
console.log(await probes.stop())
console.log((await runScript('keys', ['status'], env)).stdout)

for (const process of processes) await process.end('SIGTERM')
await close()
