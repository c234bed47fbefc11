import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import { type EventQueue, openQueue } from '../../src/events/queue.ts'
import { type Relay, startRelay } from '../../src/events/relay.ts'
import { readLedger, readStatistics } from '../setup/ledger.ts'
import { insertDays, insertUser, readOutbox } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'

/** With a worker of the test's own, whose back-off is short and which tries lost jobs again at once. */
let service: TestService
let queue: EventQueue
let relay: Relay
let user: number
let computed: number[]

beforeAll(async () => {
  service = await startTestService()
  const { database, relayed, metrics, log } = service.services
  queue = openQueue({ databaseUrl: service.database.url, metrics, log, retryDelayMs: 1 })
  relay = startRelay({ database, relayed, queue, log, metrics, retrySeconds: 1, poll: true })
  const consumers = consumersOf(service.services)
  queue.consume(
    {
      ...consumers,
      computeCreditScores: async (payload) => {
        await consumers.computeCreditScores(payload)
        computed.push(...payload.user_ids)
      },
    },
    4,
    relay.nudge,
  )
  await service.database.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'refused'; END $$`,
  )
})
beforeEach(async () => {
  computed = []
  user = await insertUser(service.database)
})
afterAll(async () => {
  await relay.close()
  await queue.close()
  await service.close()
})

/** Makes every write to a table fail for the test's user. */
const refuse = (table: string) =>
  service.database.query(
    `CREATE TRIGGER refuse BEFORE INSERT ON ${table}
     FOR EACH ROW WHEN (NEW.user_id = ${user}) EXECUTE FUNCTION refuse()`,
  )
const allow = (table: string) => service.database.query(`DROP TRIGGER refuse ON ${table}`)

const score = async (id = user) => {
  const rows = await service.database.query<{ score: number | null }>(
    'SELECT score FROM credit_scores WHERE user_id = $1',
    [id],
  )
  return rows[0]?.score
}

const failures = async (job: string) =>
  (await queue.failed(100)).filter((one) => one.consumer === job)

describe('a credit score', () => {
  it('follows a write of any kind', async () => {
    await insertDays(service.database, user, 30)
    await service.settled()
    const first = await score()
    expect(first).toBeGreaterThan(300)
    await service.database.query(
      `UPDATE transactions SET transaction_type = 'debit' WHERE user_id = $1`,
      [user],
    )
    await service.settled()
    expect(await score()).toBeLessThan(first as number)
    await service.database.query('DELETE FROM transactions WHERE user_id = $1', [user])
    await service.settled()
    expect(await score()).toBeNull()
  })

  it('is computed a few times in a burst of changes', async () => {
    await Promise.all(Array.from({ length: 200 }, () => insertDays(service.database, user, 1)))
    await service.settled()
    expect(await score()).toBeGreaterThan(300)
    expect(computed.length).toBeLessThan(40)
  })

  it('holds up no figures while it fails, and is there once it can be computed', async () => {
    await refuse('credit_scores')
    await insertDays(service.database, user, 3)
    await vi.waitFor(async () => expect(await failures('computeCreditScores')).toHaveLength(1), {
      timeout: 10_000,
    })
    await insertDays(service.database, user, 5)
    await vi.waitFor(async () => expect(await readOutbox(service.database, user)).toEqual([]))
    expect(await readStatistics(service.database, user)).toEqual(
      await readLedger(service.database, user),
    )
    expect(await score()).toBeUndefined()
    await allow('credit_scores')
    await service.settled()
    expect(await score()).toBeGreaterThan(300)
    expect(await failures('recomputeStatistics')).toEqual([])
    await queue.retry()
  })

  it('is computed from the figures that are there while newer ones fail', async () => {
    await insertDays(service.database, user, 1)
    await service.settled()
    await refuse('daily_statistics')
    await insertDays(service.database, user, 2)
    await service.database.query(
      `UPDATE credit_scores SET formula_version = 0, score = NULL WHERE user_id = $1`,
      [user],
    )
    await service.services.creditScores.sweep()
    await vi.waitFor(async () => expect(await score()).toBeGreaterThan(300), { timeout: 5_000 })
    expect(await readOutbox(service.database, user)).not.toEqual([])
    await allow('daily_statistics')
    await service.settled()
    await queue.retry()
  })
})
