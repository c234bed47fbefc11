/**
 * Loads a file of transactions of 10,000 users, over a year, and waits until all figures are current:
 * `npx tsx test/bench/import-transactions.ts [ROWS] [reference]`. With `reference` each row has one. The load runs in
 * this process and the worker that recomputes in another, as in a service of two processes.
 */
import { fork } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createConfig, readEnvironment } from '../../src/config.ts'
import { startConsumers } from '../../src/consumers.ts'
import { openDatabase } from '../../src/database/client.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.ts'
import { migrate } from '../../src/database/migrate.ts'
import { createTransactionLoader } from '../../src/features/imports/kinds/transactions/transactions-kind.ts'
import { createRowReader } from '../../src/features/transactions/row-reader.ts'
import { createTransactionImport } from '../../src/features/transactions/transaction-import.ts'
import { createUserLookup } from '../../src/features/users/lookup.ts'
import { createFieldCrypto } from '../../src/lib/crypto.ts'
import { createLog } from '../../src/lib/log.ts'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { openServices } from '../../src/services.ts'
import { runLoader } from '../imports/kinds/load-context.ts'
import { seedUsers } from './seed-users.ts'

const USERS = 10_000
const FIRST_DAY = Date.UTC(2025, 0, 1)
const [rowsGiven = '1000000', reference] = process.argv.slice(2)
const ROWS = Number(rowsGiven)

const seconds = (since: number) => (performance.now() - since) / 1000

/** The same rows each time. */
async function writeFile(path: string): Promise<void> {
  const file = createWriteStream(path)
  const columns = ['user_id', 'transaction_date', 'transaction_amount', 'transaction_type']
  file.write(`${[...columns, 'currency', ...(reference ? ['reference'] : [])].join(',')}\n`)
  let state = 1
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
  for (let row = 0; row < ROWS; row += 1) {
    const date = new Date(FIRST_DAY + random(365 * 86_400) * 1000).toISOString()
    const amount = `${random(9_999)}.${10 + random(90)}`
    const cells = [1 + random(USERS), date, amount, random(2) ? 'credit' : 'debit', 'USD']
    const line = `${cells.join(',')}${reference ? `,R-${row}` : ''}\n`
    if (!file.write(line)) await new Promise<void>((resolve) => file.once('drain', resolve))
  }
  await new Promise<void>((resolve) => file.end(resolve))
}

async function work(databaseUrl: string): Promise<void> {
  const environment = readEnvironment({ LOG_LEVEL: 'warn', DATABASE_URL: databaseUrl })
  const config = createConfig(environment, createSecrets())
  const services = openServices(config, databaseUrl, createLog('warn'), 'worker')
  await startConsumers(services)
  process.send?.('ready')
  process.on('disconnect', () => void services.close().then(() => process.exit(0)))
}

async function measure(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'passbook-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, password: 'bench' })
  const { database, close } = openDatabase(postgres.url, 4, createLog('warn'))
  try {
    await migrate(postgres.url)
    const { encryptionKeys } = createSecrets()
    await seedUsers(postgres.url, encryptionKeys, USERS, () => undefined)
    const path = join(dataDir, 'transactions.csv')
    await writeFile(path)
    const worker = fork(import.meta.filename, [], { env: { ...process.env, WORK: postgres.url } })
    await new Promise((resolve) => worker.once('message', resolve))
    const crypto = createFieldCrypto(encryptionKeys)
    const loader = createTransactionLoader(
      createTransactionImport({
        crypto,
        lookup: createUserLookup(crypto),
        reader: createRowReader('USD'),
      }),
    )
    const memory = process.memoryUsage.rss()
    let peak = memory
    const sampling = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
    }, 50)
    const cpu = process.cpuUsage()
    console.log('load before', loadavg()[0]?.toFixed(1))
    const start = performance.now()
    const { counts, rejects } = await runLoader(loader, {
      databaseUrl: postgres.url,
      importId: 1n,
      userId: 1n,
      name: 'transactions',
      file: () => createReadStream(path, { highWaterMark: 1024 * 1024 }),
    })
    const loading = seconds(start)
    const { user, system } = process.cpuUsage(cpu)
    clearInterval(sampling)
    const committed = performance.now()
    while ((await database.outboxRow.count()) > 0) await delay(20)
    const current = seconds(committed)
    const rate = Math.round(counts.loaded / loading).toLocaleString('en')
    console.log(`${counts.loaded} rows in ${loading.toFixed(1)} s: ${rate} rows/s`)
    console.log(
      `${rejects.length} refused; figures current ${current.toFixed(1)} s after the commit`,
    )
    console.log(`this process: ${((user + system) / 1e6).toFixed(1)} s of CPU`)
    console.log(`and ${((peak - memory) / 1e6).toFixed(0)} MB more at its peak`)
    console.log('load after', loadavg()[0]?.toFixed(1))
    worker.disconnect()
    await new Promise((resolve) => worker.once('exit', resolve))
  } finally {
    await close()
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

await (process.env['WORK'] === undefined ? measure() : work(process.env['WORK']))
