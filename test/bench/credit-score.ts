/**
 * How long a credit score takes for one user and for 250 together, after two years and after ten years of transactions on
 * every day: `npx tsx test/bench/credit-score.ts`.
 */

import { createLog } from '../../src/lib/log.ts'
import { openServices } from '../../src/services.ts'
import { openBench } from './open.ts'

const ROUNDS = 30
const USERS = 250
const YEARS = [2, 10] as const

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const bench = await openBench()
const services = openServices(bench.config, bench.url, createLog('error'), 'worker')
const { database, analytics, creditScores } = services

/** Users with a credit and a debit on each day of so many years. */
async function seed(first: number, years: number): Promise<readonly number[]> {
  const ids = Array.from({ length: USERS }, (_, index) => first + index)
  await database.$executeRaw`
    INSERT INTO users (id, name, name_index) SELECT id, '\\x00', '\\x00' FROM unnest(${ids}::bigint[]) AS id`
  for (const id of ids) {
    await database.$executeRaw`
      INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
      SELECT ${id}, '\\x00', timestamptz '2025-12-31 12:00Z' - make_interval(days => n / 2), 1 + n % 1000,
        (ARRAY['credit', 'debit'])[1 + n % 2], 'USD'
      FROM generate_series(0, ${years * 730}::int) AS n`
    await analytics.recompute([id])
  }
  return ids
}

async function measure(ids: readonly number[]): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    await database.$executeRaw`
      INSERT INTO outbox (user_id, type, subject_id)
      SELECT id, 'credit_score.outdated', id FROM unnest(${ids}::bigint[]) AS id`
    const start = performance.now()
    await creditScores.compute(ids)
    times.push(performance.now() - start)
  }
  return median(times)
}

try {
  for (const [index, years] of YEARS.entries()) {
    const ids = await seed(1_000 * (index + 1), years)
    await database.$executeRawUnsafe('VACUUM ANALYZE')
    const one = await measure(ids.slice(0, 1))
    const together = await measure(ids)
    process.stdout.write(
      `${years} years: one user ${one.toFixed(1)} ms, ${USERS} users ${together.toFixed(0)} ms\n`,
    )
  }
} finally {
  await services.close()
  await bench.close()
}
