/**
 * What each trigger of transactions adds to the insert of one, by PostgreSQL's own clock:
 * `npx tsx test/bench/triggers.ts`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.ts'
import { migrate } from '../../src/database/migrate.ts'

const ROUNDS = 2_000
const WARM_UP = 100

interface Plan {
  readonly 'Execution Time': number
  readonly Triggers: readonly { readonly 'Trigger Name': string; readonly Time: number }[]
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const dataDir = await mkdtemp(join(tmpdir(), 'passbook-bench-'))
const postgres = await startEmbeddedPostgres({ dataDir, password: 'bench' })
try {
  await migrate(postgres.url)
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await client.query(`INSERT INTO users (id, name, name_index) VALUES (1, '', '')`)
  const times = new Map<string, number[]>()
  const note = (name: string, time: number) => times.set(name, [...(times.get(name) ?? []), time])
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const { rows } = await client.query({
      name: 'insert',
      text: `EXPLAIN (ANALYZE, TIMING, FORMAT JSON) INSERT INTO transactions
        (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
        VALUES (1, '', '2026-03-01', 1, 'credit', 'USD')`,
    })
    const [plan] = rows[0]['QUERY PLAN'] as readonly [Plan]
    if (round < 0) continue
    note('all', plan['Execution Time'])
    for (const trigger of plan.Triggers) note(trigger['Trigger Name'], trigger.Time)
  }
  for (const [name, taken] of times) console.log(`${name}: median ${median(taken).toFixed(3)} ms`)
  await client.end()
} finally {
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
}
