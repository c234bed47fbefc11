import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestService, type TestService } from '../setup/service.ts'
import { BELIEFS, believe, stopAutovacuum } from './statistics.ts'

const PENDING = 100_000
const BATCH = 1_000
/** Far more than a batch takes, and far less than one that looks at each row for each. */
const MAX_BATCH_MS = 2_000

let service: TestService

beforeAll(async () => {
  service = await startTestService({ env: { DATABASE_POOL_SIZE: '2' } })
  await stopAutovacuum(service.database)
})
afterAll(() => service.close())

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

describe('the appender before 100,000 pending events', () => {
  it.each(Object.entries(BELIEFS))(
    'takes batches soon where statistics call the tables %s',
    async (_, belief) => {
      const { database, services } = service
      const append = (most: number) => services.relay.$queryRaw<{ count: bigint }[]>`
        SELECT count FROM append_events(${most}::int)`
      await database.query('TRUNCATE pending_events, events')
      await believe(database, belief)
      // From the sixth time on PostgreSQL may keep a plan.
      for (let time = 0; time < 6; time += 1) await append(BATCH)
      await database.query(
        `INSERT INTO pending_events (user_id, type, data)
         SELECT n, 'user.updated', '{}' FROM generate_series(1, ${PENDING}) AS n`,
      )
      await believe(database, belief)
      const times: number[] = []
      for (let batch = 0; batch < 5; batch += 1) {
        times.push(await timed(async () => expect(await append(BATCH)).toEqual([{ count: 1000n }])))
      }
      expect(Math.max(...times)).toBeLessThan(MAX_BATCH_MS)
    },
  )
})
