import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimLanes, endAttempt, nextDelivery } from '../../src/features/webhooks/lanes.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { BELIEFS, believe, stopAutovacuum } from './statistics.ts'
import { rowsRead } from './work.ts'

const ROWS = 500
/** How often each row may be read, and what updates left of it. */
const MAX_READS = 15

let service: TestService

beforeAll(async () => {
  service = await startTestService({ env: { DATABASE_POOL_SIZE: '2' } })
  await stopAutovacuum(service.database)
  await service.database.query(
    `INSERT INTO users (name, name_index) SELECT '', '' FROM generate_series(1, ${ROWS});
     INSERT INTO webhook_endpoints (id, url, secret, event_types) VALUES (1, '', '', '{*}')`,
  )
})
afterAll(() => service.close())

/** Delivers what waits, as jobs do, but for sending it. @returns how much it was */
async function deliverAll(): Promise<number> {
  const { database } = service.services
  const began = { startedAt: new Date(), durationMs: 1, error: 'dns' } as const
  let count = 0
  for (const lane of await claimLanes(database, [1n], ROWS)) {
    for (;;) {
      const next = await nextDelivery(database, lane)
      if (next === undefined) break
      await endAttempt(database, lane, next.id, { ...began, status: 'delivered', retryAt: null })
      count += 1
    }
  }
  return count
}

// Deliveries are kept for a month, so that their statistics do not call them none.
const beliefs = Object.entries(BELIEFS).filter(([name]) => name !== 'empty')

describe.each(beliefs)('where statistics call the tables %s', (_, belief) => {
  it.each([
    ['one user', '(SELECT min(id) FROM users)'],
    ['many users', 'id'],
  ])('webhooks of %s are read a few times each', async (_name, id) => {
    const { database, services } = service
    await database.query('DELETE FROM webhook_deliveries; DELETE FROM webhook_lanes')
    await database.query(
      `INSERT INTO events (user_id, type, data, created_at) SELECT ${id}, 'user.updated', '{}', now() FROM users`,
    )
    await believe(database, belief)
    let delivered = 0
    const read = await rowsRead(services, async () => {
      delivered = await deliverAll()
    })
    expect(delivered).toBe(ROWS)
    expect(Math.max(0, ...Object.values(read)), JSON.stringify(read)).toBeLessThanOrEqual(
      ROWS * MAX_READS,
    )
  })
})
