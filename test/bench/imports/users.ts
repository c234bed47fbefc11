/**
 * Loads a file of users: `npx tsx test/bench/imports/users.ts [ROWS] [whole]`. Rows have name, e-mail address, age and
 * PIN code; with `whole` an employment and a bank account too.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../../src/database/embedded/embedded-postgres.ts'
import { migrate } from '../../../src/database/migrate.ts'
import { createUserLoader } from '../../../src/features/imports/kinds/users/users-kind.ts'
import { createFieldCrypto } from '../../../src/lib/crypto.ts'
import { createSecrets } from '../../../src/programs/kept-secrets.ts'
import { runLoader } from '../../imports/kinds/load-context.ts'
import { postgresCpu } from '../figures/postgres-cpu.ts'
import { createPerson } from '../people.ts'

const [rowsGiven = '200000', whole] = process.argv.slice(2)
const ROWS = Number(rowsGiven)

/** The same rows each time. */
async function writeFile(path: string): Promise<void> {
  const file = createWriteStream(path)
  const more = whole ? ['company_name', 'job_title', 'bank_name', 'account_number'] : []
  file.write(`${['name', 'email', 'age', 'pincode', ...more].join(',')}\n`)
  for (let row = 0; row < ROWS; row += 1) {
    const { name, email, age, pincode, company, banks, accountNumbers } = createPerson(row)
    const extra = whole ? [company, 'Clerk', banks[0], accountNumbers[0]] : []
    const line = `${[name, email, age ?? '', pincode, ...extra].join(',')}\n`
    if (!file.write(line)) await new Promise<void>((resolve) => file.once('drain', resolve))
  }
  await new Promise<void>((resolve) => file.end(resolve))
}

const dataDir = await mkdtemp(join(tmpdir(), 'passbook-bench-'))
const postgres = await startEmbeddedPostgres({ dataDir, password: 'bench' })
try {
  await migrate(postgres.url)
  const path = join(dataDir, 'users.csv')
  await writeFile(path)
  const loader = createUserLoader(createFieldCrypto(createSecrets().encryptionKeys))
  const memory = process.memoryUsage.rss()
  let peak = memory
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 50)
  const pgdata = join(dataDir, 'postgres')
  const server = await postgresCpu(pgdata, [])
  const cpu = process.cpuUsage()
  const start = performance.now()
  const { counts, rejects } = await runLoader(loader, {
    databaseUrl: postgres.url,
    importId: 1n,
    userId: 1n,
    name: 'users',
    file: () => createReadStream(path, { highWaterMark: 1024 * 1024 }),
  })
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(sampling)
  const each = 100_000 / counts.loaded
  const own = ((user + system) / 1e6) * each
  const theirs = (((await postgresCpu(pgdata, [])) - server) * each) / 1000
  const rate = Math.round(counts.loaded / seconds).toLocaleString('en')
  console.log(
    `${counts.loaded} rows, ${rejects.length} refused, ${seconds.toFixed(1)} s: ${rate} rows/s; CPU of 100,000 rows`,
    `${own.toFixed(2)} s here, ${theirs.toFixed(2)} s in PostgreSQL; ${((peak - memory) / 1e6).toFixed(0)} MB more;`,
    `load ${loadavg()[0]?.toFixed(1)}`,
  )
} finally {
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
}
