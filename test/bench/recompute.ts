/**
 * How long the recomputation and the look for alerts after one more transaction take for a user with
 * 1,000 transactions and for one with 1,000,000, both over the same ten years, in turns:
 * `npx tsx test/bench/recompute.ts`. The look for alerts comes first, as if figures were behind.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnvironment } from '../../src/config.ts'
import { type Database, openDatabase, type PlainDatabase } from '../../src/database/client.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.ts'
import { migrate } from '../../src/database/migrate.ts'
import { parseAlertRules } from '../../src/features/alerts/alert-rules.ts'
import { raiseAlerts } from '../../src/features/alerts/raise-alerts.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics } from '../../src/lib/metrics.ts'

const ROUNDS = 200
const DAYS = 3650
const SIZES = [1_000, 1_000_000] as const
/** As many are inserted within the limit on a statement. */
const MAX_ROWS = 50_000

const recompute = (database: Database, userId: number) =>
  database.$queryRaw`SELECT user_id FROM recompute_statistics(${userId}::bigint)`

async function seed(database: Database, userId: number, count: number): Promise<void> {
  await database.$executeRaw`
    INSERT INTO users (id, name, name_index) VALUES (${userId}, '\\x00', '\\x00')`
  for (let from = 0; from < count; from += MAX_ROWS) {
    await database.$executeRaw`
      INSERT INTO transactions
        (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
      SELECT ${userId}, '\\x00',
        timestamptz '2016-01-01 00:00Z' + make_interval(secs => number * ${(DAYS * 86_400) / count}::float8),
        1 + number % 1000, (ARRAY['credit', 'debit'])[1 + number % 2], 'USD'
      FROM generate_series(${from}::int, ${Math.min(from + MAX_ROWS, count) - 1}::int) AS number`
  }
  await recompute(database, userId)
}

const metrics = createMetrics()
const rules = parseAlertRules(readEnvironment({}))
const alerts = (prepared: PlainDatabase, userId: number) =>
  raiseAlerts({ prepared, metrics, rules }, [userId])

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

type Opened = Pick<ReturnType<typeof openDatabase>, 'database' | 'prepared'>

/** @returns how long alerts and figures took */
async function measure(
  { database, prepared }: Opened,
  userId: number,
  round: number,
): Promise<readonly [number, number]> {
  const day = Math.floor((round * DAYS) / ROUNDS)
  await database.$executeRaw`
    INSERT INTO transactions
      (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
    VALUES (${userId}, '\\x00', timestamptz '2016-01-01 12:00Z' + make_interval(days => ${day}::int),
      5, 'credit', 'USD')`
  return [
    await timed(() => alerts(prepared, userId)),
    await timed(() => recompute(database, userId)),
  ]
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const dataDir = await mkdtemp(join(tmpdir(), 'passbook-bench-'))
const postgres = await startEmbeddedPostgres({ dataDir, password: 'bench' })
const opened = openDatabase(postgres.url, 4, createLog('warn'))
const { database } = opened
try {
  await migrate(postgres.url)
  for (const [index, size] of SIZES.entries()) await seed(database, index + 1, size)
  await database.$executeRawUnsafe('VACUUM ANALYZE')
  const times = SIZES.map((): (readonly [number, number])[] => [])
  for (let round = -20; round < ROUNDS; round += 1) {
    for (const [index] of SIZES.entries()) {
      const took = await measure(opened, index + 1, Math.abs(round))
      if (round >= 0) times[index]?.push(took)
    }
  }
  for (const [part, name] of ['alerts', 'figures'].entries()) {
    const medians = times.map((all) => median(all.map((took) => took[part] ?? 0)))
    for (const [index, size] of SIZES.entries()) {
      const transactions = `${size.toLocaleString('en')} transactions`
      console.log(`${name}, ${transactions}: median ${medians[index]?.toFixed(2)} ms`)
    }
    console.log(`${name}: ratio ${((medians[1] ?? 0) / (medians[0] ?? 1)).toFixed(2)}`)
  }
} finally {
  await opened.close()
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
}
