/**
 * How long the recomputation takes by the functions of this tree and by those of another revision, side by side in one
 * database, in turns: `npx tsx test/bench/functions.ts REVISION`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.ts'
import { migrate } from '../../src/database/migrate.ts'

const ROUNDS = 200
const MANY_ROUNDS = 15
const WARM_UP = 20
const DAYS = 3650
/** One with few transactions and one with many, both over ten years. */
const SIZES = [1_000, 1_000_000] as const
const MANY_USERS = 250
const MANY_DAYS = 88
/** Transactions of one user on one day. */
const BUSY = 100_000
const BUSY_USER = 900
const FIRST_OF_MANY = 1_000

const COLUMNS =
  '(user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)'
const START = `timestamptz '2016-01-01 12:00Z'`
const TOGETHER = 'SELECT * FROM recompute_statistics(($1::bigint[])[1], ($1::bigint[])[2:])'
/** Of revisions that have a function for one user and another for many. */
const ONE = 'SELECT recompute_statistics(($1::bigint[])[1])'
const MANY = 'SELECT * FROM recompute_statistics_of($1::bigint[])'

const [revision] = process.argv.slice(2)
if (revision === undefined) throw new Error('usage: npx tsx test/bench/functions.ts REVISION')

const git = (...args: readonly string[]) => execFileSync('git', args, { encoding: 'utf8' })

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

/** The functions of the revision, without those of triggers, which there is one set of. */
function otherFunctions(): readonly string[] {
  const files = git('ls-tree', '-r', '--name-only', revision as string, 'prisma/functions/').trim()
  return files
    .split('\n')
    .map((file) => git('show', `${revision}:${file}`))
    .filter((text) => !text.includes('TRIGGER'))
}

async function connect(url: string, searchPath: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    options: `-c enable_seqscan=off -c search_path=${searchPath}`,
  })
  await client.connect()
  return client
}

const ask = (client: pg.Client, text: string, users: readonly number[]) =>
  client.query({ name: text.replaceAll(/\W/g, '').slice(0, 60), text, values: [users] })

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function seed(client: pg.Client): Promise<void> {
  await client.query(`INSERT INTO users (id, name, name_index)
    SELECT id, '', '' FROM generate_series(1, ${FIRST_OF_MANY + MANY_USERS}) AS id`)
  for (const [index, size] of SIZES.entries()) {
    await client.query(`INSERT INTO transactions ${COLUMNS}
      SELECT ${index + 1}, '', ${START} + make_interval(secs => n * ${(DAYS * 86_400) / size}::float8), 1 + n % 1000,
        (ARRAY['credit', 'debit'])[1 + n % 2], 'USD' FROM generate_series(0, ${size - 1}) AS n`)
  }
  await client.query(`INSERT INTO transactions ${COLUMNS}
    SELECT ${FIRST_OF_MANY} + n % ${MANY_USERS}, '', ${START} + make_interval(days => (n / ${MANY_USERS}) * 4), 1 + n % 1000,
      (ARRAY['credit', 'debit'])[1 + n % 2], 'USD'
    FROM generate_series(0, ${MANY_USERS * MANY_DAYS - 1}) AS n`)
  await client.query(`INSERT INTO transactions ${COLUMNS}
    SELECT ${BUSY_USER}, '', ${START} + make_interval(secs => n * 0.1), 1 + n % 1000,
      (ARRAY['credit', 'debit'])[1 + n % 2], 'USD' FROM generate_series(0, ${BUSY - 1}) AS n`)
  await client.query('SELECT recompute_statistics(id) FROM users ORDER BY id')
  await client.query('VACUUM ANALYZE')
}

type Variant = readonly [name: string, client: pg.Client, one: string, many: string]

/** One more transaction of one user, in turns. */
async function measureOne(variants: readonly Variant[], user: number): Promise<void> {
  const times: number[][] = variants.map(() => [])
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const [index, [, client, one]] of variants.entries()) {
      const day = Math.floor((Math.abs(round) * DAYS) / ROUNDS)
      await client.query(`INSERT INTO transactions ${COLUMNS}
        VALUES (${user}, '', ${START} + make_interval(days => ${day}), 5, 'credit', 'USD')`)
      const time = await timed(() => ask(client, one, [user]))
      if (round >= 0) times[index]?.push(time)
    }
  }
  report(`one user with ${SIZES[user - 1]?.toLocaleString('en')} transactions`, variants, times)
}

/** Changes of users in one go, each taken back. */
async function measureTogether(
  variants: readonly Variant[],
  users: readonly number[],
  what: string,
  changes: string,
): Promise<void> {
  const times: number[][] = variants.map(() => [])
  for (let round = -2; round < MANY_ROUNDS; round += 1) {
    for (const [index, [, client, , many]] of variants.entries()) {
      await client.query(`BEGIN; ${changes}`)
      const time = await timed(() => ask(client, many, users))
      await client.query('ROLLBACK')
      if (round >= 0) times[index]?.push(time)
    }
    await variants[0]?.[1].query(
      'VACUUM outbox, daily_statistics, monthly_statistics, user_statistics, statistics_versions',
    )
  }
  report(`${users.length} users, ${what}`, variants, times)
}

function report(what: string, variants: readonly Variant[], times: readonly number[][]): void {
  const medians = times.map(median)
  const parts = variants.map(([name], index) => `${name} ${medians[index]?.toFixed(2)} ms`)
  const ratio = (medians[0] ?? 0) / (medians[1] ?? 1)
  process.stdout.write(`${what}: ${parts.join(', ')}, ratio ${ratio.toFixed(2)}\n`)
}

const dataDir = await mkdtemp(join(tmpdir(), 'passbook-bench-'))
const postgres = await startEmbeddedPostgres({ dataDir, password: 'bench' })
const clients: pg.Client[] = []
try {
  await migrate(postgres.url)
  const here = await connect(postgres.url, 'public')
  const there = await connect(postgres.url, 'other,public')
  clients.push(here, there)
  await there.query('CREATE SCHEMA other')
  await there.query('SET check_function_bodies = off')
  for (const text of otherFunctions()) await there.query(text)
  const { rows } = await there.query(`SELECT to_regproc('recompute_statistics_of') AS found`)
  await seed(here)
  const variants: readonly Variant[] = [
    ['here', here, TOGETHER, TOGETHER],
    [
      revision,
      there,
      ...(rows[0].found === null ? ([TOGETHER, TOGETHER] as const) : ([ONE, MANY] as const)),
    ],
  ]
  for (const [index] of SIZES.entries()) await measureOne(variants, index + 1)
  await measureTogether(
    variants,
    [BUSY_USER],
    `a day of ${BUSY.toLocaleString('en')} transactions`,
    `INSERT INTO outbox (user_id, type, day) SELECT user_id, 'transaction.created', date FROM daily_statistics WHERE user_id = ${BUSY_USER}`,
  )
  const users = Array.from({ length: MANY_USERS }, (_, index) => FIRST_OF_MANY + index)
  const ofMany = `user_id >= ${FIRST_OF_MANY}`
  await measureTogether(
    variants,
    users,
    'one day each',
    `INSERT INTO outbox (user_id, type, day) SELECT user_id, 'transaction.created', min(date) FROM daily_statistics WHERE ${ofMany} GROUP BY 1`,
  )
  await measureTogether(
    variants,
    users,
    `all ${MANY_DAYS} days each`,
    `INSERT INTO outbox (user_id, type, day) SELECT user_id, 'transaction.created', date FROM daily_statistics WHERE ${ofMany}`,
  )
  await measureTogether(
    variants,
    users,
    `${MANY_DAYS} days each and no figures before`,
    `INSERT INTO outbox (user_id, type, day, days) SELECT user_id, 'transaction.created', min(date), array_agg(date) FROM daily_statistics
       WHERE ${ofMany} GROUP BY 1;
     DELETE FROM daily_statistics WHERE ${ofMany}; DELETE FROM monthly_statistics WHERE ${ofMany};
     DELETE FROM user_statistics WHERE ${ofMany}; DELETE FROM statistics_versions WHERE ${ofMany}`,
  )
} finally {
  for (const client of clients) await client.end()
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
}
