import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { seededRandom } from '../../../setup/load.ts'
import { runLoad } from '../../overload/run-load.ts'
import type { BenchOptions } from '../options.ts'
import type { Services } from '../system/services.ts'
import { percentile, table } from '../tables.ts'
import type { Passbook } from '../targets/passbook.ts'
import { createTransactions } from '../transactions.ts'
import { WRITTEN_USERS } from '../works.ts'
import type { PartResult } from './part.ts'

const PER_SECOND = 500
const TURNS = 2
const LOOK_MS = 5

/** Changes that wait for their figures: while one of a user does, `is_current` is false. */
const WAITING = `SELECT id, extract(epoch FROM clock_timestamp() - created_at)::float8 * 1000 AS age
  FROM outbox WHERE day IS NOT NULL`

/** Looks every few milliseconds which changes wait. @returns ends it, with the ages at which changes were gone */
function watchWaiting(client: pg.Client): () => Promise<readonly number[]> {
  const waiting = new Map<string, number>()
  const ages: number[] = []
  let isOver = false

  async function look(): Promise<void> {
    const since = performance.now()
    const { rows } = await client.query<{ id: string; age: number }>({
      name: 'look',
      text: WAITING,
    })
    const seen = new Map(rows.map(({ id, age }) => [id, age]))
    const now = performance.now()
    for (const [id, begun] of waiting) {
      if (seen.has(id)) continue
      waiting.delete(id)
      ages.push(now - begun)
    }
    for (const [id, age] of seen) if (!waiting.has(id)) waiting.set(id, since - age)
  }

  const looking = (async () => {
    while (!isOver || waiting.size > 0) {
      await look()
      await delay(LOOK_MS)
    }
  })()
  return async () => {
    isOver = true
    await looking
    return ages
  }
}

/**
 * How long figures lag behind at a fixed pace of creates: from the start of the database transaction of a create, which is before its
 * 201, until a look no longer finds its change waiting. So it tells more than what callers see, by the commit and a look. Changes that
 * came and went between two looks are left out, which makes it no better.
 */
export async function measureFigures(
  passbook: Passbook,
  services: Services,
  { seconds }: BenchOptions,
): Promise<PartResult> {
  const transactions = createTransactions(
    seededRandom(PER_SECOND),
    WRITTEN_USERS,
    PER_SECOND * seconds * TURNS,
  )
  const client = new pg.Client({ connectionString: services.passbookUrl })
  await client.connect()
  const end = watchWaiting(client)
  const load = await runLoad({
    url: passbook.url,
    token: passbook.token,
    seconds: seconds * TURNS,
    perSecond: PER_SECOND,
    requests: transactions.map(passbook.api.create),
  }).finally(() => passbook.settle())
  const ages = await end()
  await client.end()
  const failed = Math.round((load.shed + load.failed) * seconds * TURNS)
  const cells = [
    `${PER_SECOND} creates/s of ${WRITTEN_USERS.count} users`,
    Math.round(load.accepted),
    Math.round(load.p50),
    Math.round(load.p99),
    Math.round(load.late),
    Math.round(percentile(ages, 0.5)),
    Math.round(percentile(ages, 0.99)),
    failed,
  ]
  const head = ['load', 'created/s', 'p50 ms', 'p99 ms', 'sender late ms', 'figures p50 ms']
  return { table: table([...head, 'figures p99 ms', 'failed'], [cells.map(String)]), failed }
}
