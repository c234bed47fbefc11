/**
 * How long grouping 1,000,000 users by bank, by company and by pincode takes as `npm run etl` does it
 * and as bare statements in psql do, by names and by what the indexes hold, in turns; and the largest
 * groups as the API asks for them. Needs psql and a compiled program (`npm test` leaves one):
 * `npx tsx test/bench/reports.ts`, with `--explain` to see the plans.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Database, openDatabase } from '../../src/database/client.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.ts'
import { migrate } from '../../src/database/migrate.ts'
import { largestGroups } from '../../src/features/reports/queries.ts'
import type { UserGroupKind } from '../../src/generated/schemas.ts'
import { createLog } from '../../src/lib/log.ts'

const run = promisify(execFile)
const USERS = 1_000_000
const ROUNDS = 5
const BARE_BY_KEY = `
  SELECT bank_key, count(DISTINCT user_id) FROM bank_accounts GROUP BY 1;
  SELECT company_key, count(DISTINCT user_id) FROM employments WHERE is_current GROUP BY 1;
  SELECT pincode, count(DISTINCT id) FROM users WHERE pincode IS NOT NULL GROUP BY 1;`
const BARE_BY_NAME = BARE_BY_KEY.replaceAll('_key', '_name')

/** 200 banks, 20,000 companies and 19,000 pincodes; a third of the users has a second account. */
async function seed(database: Database): Promise<void> {
  await database.$executeRaw`
    INSERT INTO users (id, name, name_index, pincode)
    SELECT number, '\\x00', '\\x00', (110000 + (random() * 19000)::int)::text
    FROM generate_series(1, ${USERS}::int) AS number`
  await database.$executeRaw`
    INSERT INTO employments (user_id, company_name, company_key, is_current)
    SELECT number, 'Company ' || company, 'company ' || company, true
    FROM generate_series(1, ${USERS}::int) AS number, LATERAL (SELECT (random() * random() * 20000 + number * 0)::int AS company) AS chosen`
  await database.$executeRaw`
    INSERT INTO employments (user_id, company_name, company_key, is_current)
    SELECT user_id - 1, company_name, company_key, false FROM employments WHERE user_id % 2 = 0`
  await database.$executeRaw`
    INSERT INTO bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index)
    SELECT 1 + number % ${USERS}::int, 'Bank of ' || bank, 'bank of ' || bank,
      decode(repeat('00', 40), 'hex'), decode(lpad(to_hex(number), 32, '0'), 'hex')
    FROM generate_series(1, ${Math.round((USERS * 4) / 3)}::int) AS number, LATERAL (SELECT (random() * random() * 200 + number * 0)::int AS bank) AS chosen`
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

const dataDir = await mkdtemp(join(tmpdir(), 'passbook-bench-'))
const postgres = await startEmbeddedPostgres({ dataDir, password: 'bench' })
const { database, close } = openDatabase(postgres.url, 4, createLog('warn'))
try {
  await migrate(postgres.url)
  console.log(`seeded in ${(await timed(() => seed(database))).toFixed(0)} s`)
  await database.$executeRawUnsafe('VACUUM ANALYZE')
  const env = { ...process.env, DATABASE_URL: postgres.url, DATA_DIR: dataDir }
  const out = join(dataDir, 'groups.csv')

  const bare = (statements: string) =>
    run('psql', [postgres.url, '-qAtc', statements, '-o', join(dataDir, 'bare')])
  const etl = async (...options: string[]) => {
    const { stdout } = await run('node', ['dist/programs/etl/etl.js', '--out', out, ...options], {
      env,
    })
    return stdout
  }
  /** What the groupings took by the command's own account: without the start of Node.js. */
  const groupings = (printed: string) =>
    [...printed.matchAll(/^grouped by .* seconds ([\d.]+)$/gm)]
      .map(([, time]) => Number(time))
      .reduce((sum, time) => sum + time, 0)

  console.log(await etl())
  const times: Record<'byName' | 'byKey' | 'whole' | 'groupings', number[]> = {
    byName: [],
    byKey: [],
    whole: [],
    groupings: [],
  }
  let last = ''
  for (let round = 0; round < ROUNDS; round += 1) {
    times.byName.push(await timed(() => bare(BARE_BY_NAME)))
    times.byKey.push(await timed(() => bare(BARE_BY_KEY)))
    times.whole.push(await timed(async () => (last = await etl())))
    times.groupings.push(groupings(last))
  }
  for (const [name, values] of Object.entries(times)) {
    console.log(`${name}: median ${median(values).toFixed(2)} s`)
  }
  const pairs = (own: readonly number[], other: readonly number[]) =>
    median(own.map((time, round) => time / (other[round] ?? 1))).toFixed(2)
  console.log(`whole/byName ${pairs(times.whole, times.byName)}`)
  console.log(`groupings/byName ${pairs(times.groupings, times.byName)}`)
  console.log(`whole/byKey ${pairs(times.whole, times.byKey)}`)
  console.log(`groupings/byKey ${pairs(times.groupings, times.byKey)}`)
  console.log(last.trim().split('\n').at(-1))

  for (const options of [['--members'], ['--group-by', 'bank,company,pincode']]) {
    const time = await timed(async () => (last = await etl(...options)))
    const { size } = await stat(out)
    console.log(`etl ${options.join(' ')}: ${time.toFixed(2)} s, ${size} bytes`)
    console.log(`  ${last.trim().split('\n').at(-1)}`)
  }
  const asked: readonly (readonly UserGroupKind[])[] = [
    ...([['bank'], ['company'], ['pincode']] as const),
    ...([
      ['bank', 'company'],
      ['bank', 'company', 'pincode'],
    ] as const),
  ]
  for (const kinds of asked) {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      times.push(await timed(() => database.$queryRawUnsafe(largestGroups(kinds, 1_000))))
    }
    console.log(`GET user-groups by ${kinds.join(', ')}: median ${median(times).toFixed(2)} s`)
  }
  if (process.argv.includes('--explain')) {
    for (const kinds of asked) {
      const plan = await database.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN (ANALYZE, BUFFERS) ${largestGroups(kinds, 1_000)}`,
      )
      console.log(plan.map((row) => row['QUERY PLAN']).join('\n'))
    }
  }
} finally {
  await close()
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
}
