/**
 * How long a user's figures and history take to be read where they have to be computed, where Redis has them and where the
 * memory of the process has them: `npx tsx test/bench/cached-reads.ts`. Needs redis-server.
 */
import { createLog } from '../../src/lib/log.ts'
import { openServices, type Services } from '../../src/services.ts'
import { startRedis } from '../setup/servers/redis.ts'
import { openBench } from './open.ts'

/** Fewer than a process keeps in memory. */
const USERS = 900
/** The first reads warm up, and find connections that are still being opened. */
const WARM_UP = 200
/** A page of a history, and some rows more. */
const PER_USER = 30

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const bench = await openBench()
const redis = await startRedis()
const config = { ...bench.config, REDIS_URL: redis.url }
const open = () => openServices(config, bench.url, createLog('warn'), 'api')
const [one, another] = [open(), open()]
const ids: number[] = []
for (let at = 0; at < USERS; at += 1) {
  const name = `Customer ${at}`
  ids.push(Number((await one.users.create({ name, role: 'user' })).id))
}
for (let at = 0; at < USERS; at += 30) {
  const transactions = ids.slice(at, at + 30).flatMap((user_id) =>
    Array.from({ length: PER_USER }, (_, day) => ({
      user_id,
      transaction_date: new Date(Date.UTC(2026, 0, 1 + day)).toISOString(),
      transaction_amount: '12.50',
      transaction_type: 'credit' as const,
      description: 'A payment like others',
    })),
  )
  await one.transactionBulk.create({ id: 0, role: 'admin' }, { transactions }, 'bench')
}
await one.database.$executeRawUnsafe('VACUUM ANALYZE')

const READS = {
  figures: ({ analytics }: Services, id: number) => analytics.read({ id, role: 'user' }, id, {}),
  'history by cursor': ({ transactions }: Services, id: number) =>
    transactions.history.read(
      { id, role: 'user' },
      id,
      { cursor: '', per_page: 20 },
      `/v1/users/${id}/transactions?cursor=`,
    ),
  'history by number': ({ transactions }: Services, id: number) =>
    transactions.history.read(
      { id, role: 'user' },
      id,
      { page: 1, per_page: 20 },
      `/v1/users/${id}/transactions`,
    ),
  user: ({ users }: Services, id: number) => users.show({ id, role: 'user' }, id),
} as const

async function measure(kind: keyof typeof READS, services: Services): Promise<string> {
  const times: number[] = []
  for (const id of ids) {
    const start = performance.now()
    await READS[kind](services, id)
    times.push(performance.now() - start)
  }
  return `${median(times.slice(WARM_UP)).toFixed(2)} ms`
}

try {
  for (const kind of Object.keys(READS) as (keyof typeof READS)[]) {
    const [computed, shared, memory] = [
      await measure(kind, one),
      await measure(kind, another),
      await measure(kind, another),
    ]
    console.log(`${kind}: computed ${computed}, from Redis ${shared}, from memory ${memory}`)
  }
  const start = performance.now()
  await one.userBulk.remove({ id: 0, role: 'admin' }, ids)
  console.log(`${USERS} users deleted: ${(performance.now() - start).toFixed(0)} ms`)
} finally {
  await one.close()
  await another.close()
  await redis.close()
  await bench.close()
}
