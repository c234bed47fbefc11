/**
 * How long a user's figures take to be read where they have to be computed, where Redis has them and where the memory of
 * the process has them: `npx tsx test/bench/cached-reads.ts`. Needs redis-server.
 */
import { createLog } from '../../src/lib/log.ts'
import { openServices, type Services } from '../../src/services.ts'
import { startRedis } from '../setup/servers/redis.ts'
import { openBench } from './open.ts'

/** Fewer than a process keeps in memory. */
const USERS = 900
/** The first reads warm up, and find connections that are still being opened. */
const WARM_UP = 200

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const bench = await openBench()
const redis = await startRedis()
const config = { ...bench.config, REDIS_URL: redis.url }
const open = () => openServices(config, bench.url, createLog('warn'), 'api')
const [one, another] = [open(), open()]
const rows = await one.database.$queryRaw<{ id: bigint }[]>`
  INSERT INTO users (name, name_index) SELECT '\\x00'::bytea, '\\x00'::bytea
  FROM generate_series(1, ${USERS}::int) RETURNING id`
const ids = rows.map(({ id }) => Number(id))

async function measure(what: string, { analytics }: Services): Promise<void> {
  const times: number[] = []
  for (const id of ids) {
    const start = performance.now()
    await analytics.read({ id, role: 'user' }, id, {}, false)
    times.push(performance.now() - start)
  }
  console.log(`${what}: median ${median(times.slice(WARM_UP)).toFixed(2)} ms`)
}

try {
  await measure('computed', one)
  await measure('from Redis', another)
  await measure('from memory', another)
  const start = performance.now()
  await one.userBulk.remove({ id: 0, role: 'admin' }, ids)
  console.log(`${USERS} users deleted: ${(performance.now() - start).toFixed(0)} ms`)
} finally {
  await one.close()
  await another.close()
  await redis.close()
  await bench.close()
}
