import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import type { Opened } from '../../chaos/servers/topology.ts'
import { seededRandom } from '../../setup/load.ts'
import { copyIn, copyText } from '../copy-in.ts'
import { type Contestant, withCpu } from './contestant.ts'
import type { LoadCount } from './load/generator.ts'
import type { Services } from './system/services.ts'
import { PEERS } from './targets/install.ts'
import { createTransactions } from './transactions.ts'
import { ALL_USERS, BULK, BULK_CONNECTIONS, WRITTEN_USERS } from './works.ts'

const run = promisify(execFile)

/** More would only wait for each other. */
const PGBENCH_CLIENTS = 8
const PGBENCH_THREADS = 2
const BATCHES = 20
/** What an encrypted name takes. */
const NAME = Buffer.alloc(50)
const TARGET = `transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)`

/** Makes Passbook's tables ready: users, and a table of transactions without triggers. */
export async function prepareLimits({ limitsUrl }: Services): Promise<void> {
  const client = new pg.Client({ connectionString: limitsUrl })
  await client.connect()
  await client.query(
    `INSERT INTO users (id, name, name_index) SELECT id, '', '' FROM generate_series(1, $1::int) AS id`,
    [ALL_USERS],
  )
  await client.query('CREATE TABLE plain_transactions (LIKE transactions INCLUDING ALL)')
  await client.end()
}

const number = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? Number.NaN)

async function runPgbench(url: string, seconds: number, signal: AbortSignal): Promise<LoadCount> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const address = ['-h', hostname, '-p', port, '-U', username]
  const clients = ['-c', `${PGBENCH_CLIENTS}`, '-j', `${PGBENCH_THREADS}`, '-T', `${seconds}`]
  const script = join(PEERS, 'limits/insert.sql')
  const { stdout } = await run(
    'pgbench',
    ['-n', '-M', 'prepared', ...address, ...clients, '-f', script, pathname.slice(1)],
    { signal, env: { ...process.env, PGPASSWORD: decodeURIComponent(password) } },
  )
  const requests = number(stdout, /actually processed: (\d+)/)
  const average = number(stdout, /latency average = (\S+) ms/)
  // It tells the average alone.
  return {
    requests,
    seconds: requests / number(stdout, /^tps = (\S+)/m),
    p50: average,
    p99: Number.NaN,
    failed: number(stdout, /failed transactions: (\d+)/),
  }
}

/** One INSERT a transaction into a table like Passbook's without triggers. @returns undefined without pgbench */
export async function createInsertLimit(
  services: Services,
  signal: AbortSignal,
): Promise<Contestant | undefined> {
  const isThere = await run('pgbench', ['--version']).then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  return {
    name: 'limit',
    turn: (_connections, seconds) =>
      withCpu(services, {}, () => runPgbench(services.limitsUrl, seconds, signal)),
  }
}

/** COPY of 1,000 rows at a time into Passbook's own table with its triggers, while no process works on what follows. */
export async function createCopyLimit(services: Services, opened: Opened): Promise<Contestant> {
  const random = seededRandom(BULK)
  const batches = Array.from({ length: BATCHES }, () =>
    copyText(
      createTransactions(random, WRITTEN_USERS, BULK).map((each) => [
        each.user_id,
        NAME,
        each.transaction_date,
        each.transaction_amount,
        each.transaction_type,
        'USD',
      ]),
    ),
  )
  const clients = Array.from(
    { length: BULK_CONNECTIONS },
    () => new pg.Client({ connectionString: services.limitsUrl }),
  )
  for (const client of clients) await client.connect()
  opened('the connections of COPY', async () => {
    for (const client of clients) await client.end()
  })

  async function copyFor(seconds: number): Promise<LoadCount> {
    const start = performance.now()
    const times: number[] = []
    const work = async (client: pg.Client) => {
      for (let begun = start; begun - start < seconds * 1000; begun = performance.now()) {
        await copyIn(client, TARGET, batches[times.length % BATCHES] as Buffer)
        times.push(performance.now() - begun)
      }
    }
    await Promise.all(clients.map(work))
    times.sort((a, b) => a - b)
    const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN
    return {
      requests: times.length,
      seconds: (performance.now() - start) / 1000,
      p50: at(0.5),
      p99: at(0.99),
      failed: 0,
    }
  }

  return {
    name: 'limit',
    async turn(_connections, seconds) {
      await clients[0]?.query('TRUNCATE outbox, pending_events')
      return await withCpu(services, {}, () => copyFor(seconds))
    },
  }
}
