import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import { type EventQueue, openQueue } from '../../src/events/queue.ts'
import { type Relay, startRelay } from '../../src/events/relay.ts'
import { readLedger, readStatistics } from '../setup/ledger.ts'
import { insertDays, insertUser, readOutbox } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'

const ATTEMPTS = 6

/** With a worker of the test's own, whose back-off is short. */
let service: TestService
let queue: EventQueue
let relay: Relay
let user: number

beforeAll(async () => {
  service = await startTestService()
  const { database, relayed, metrics, log } = service.services
  queue = openQueue({ databaseUrl: service.database.url, metrics, log, retryDelayMs: 1 })
  relay = startRelay({ database, relayed, queue, log, metrics, retrySeconds: 3600, poll: true })
  queue.consume(consumersOf(service.services), 2, relay.nudge)
  await service.database.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       RAISE EXCEPTION 'Account Holder of 1234.56' USING DETAIL = 'customer@customers.example';
     END $$`,
  )
})
beforeEach(async () => {
  user = await insertUser(service.database)
})
afterEach(async () => {
  await allow()
  await queue.retry()
  await service.settled()
})
afterAll(async () => {
  await relay.close()
  await queue.close()
  await service.close()
})

/** Makes every recomputation of the test's user fail. */
const refuse = () =>
  service.database.query(
    `CREATE TRIGGER refuse BEFORE INSERT ON daily_statistics
     FOR EACH ROW WHEN (NEW.user_id = ${user}) EXECUTE FUNCTION refuse()`,
  )
const allow = () => service.database.query('DROP TRIGGER IF EXISTS refuse ON daily_statistics')

const failedOnes = () =>
  vi.waitFor(
    async () => {
      const jobs = await queue.failed(10)
      expect(jobs).toHaveLength(1)
      return jobs
    },
    { timeout: 10_000 },
  )

const failureCount = async () => {
  const { values } = await service.services.metrics.jobFailures.get()
  return values.find(({ labels }) => labels.job === 'recomputeStatistics')?.value ?? 0
}

describe('a job that fails', () => {
  it('is kept as failed after its last try, with nothing but ids and the kind of error', async () => {
    const before = await failureCount()
    await refuse()
    await insertDays(service.database, user, 1, 'a-request')
    expect(await failedOnes()).toEqual([
      {
        id: expect.any(String),
        consumer: 'recomputeStatistics',
        data: { user_ids: [user], request_id: 'a-request' },
        attempts: ATTEMPTS,
        failed_at: expect.stringMatching(/Z$/),
        reason: expect.stringMatching(/^error P\d{4}$/),
      },
    ])
    await vi.waitFor(async () => expect(await failureCount()).toBe(before + 1))
    expect(await readOutbox(service.database, user)).toMatchObject([{ sent: true, attempts: 1 }])
  })

  it('recomputes the figures once its cause is fixed and it is retried', async () => {
    await refuse()
    await insertDays(service.database, user, 2)
    const [job] = await failedOnes()
    await allow()
    expect(await queue.retry('no such job')).toBe(0)
    expect(await queue.retry(job?.id)).toBe(1)
    await service.settled()
    expect(await readStatistics(service.database, user)).toEqual(
      await readLedger(service.database, user),
    )
    expect(await queue.failed(10)).toEqual([])
  })

  it('does not affect the figures of others', async () => {
    const other = await insertUser(service.database)
    await refuse()
    await insertDays(service.database, user, 1)
    await insertDays(service.database, other, 1)
    await failedOnes()
    await vi.waitFor(async () => expect(await readOutbox(service.database, other)).toEqual([]))
    expect(await readStatistics(service.database, other)).toEqual(
      await readLedger(service.database, other),
    )
    expect(await readStatistics(service.database, user)).toEqual({ days: [], totals: [] })
  })

  it('succeeds without help if its cause passes before its last try', async () => {
    const lasting = `CREATE SEQUENCE refusals;
      CREATE FUNCTION refuse_twice() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('refusals') <= 2 THEN RAISE EXCEPTION 'not yet'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON daily_statistics
      FOR EACH ROW WHEN (NEW.user_id = ${user}) EXECUTE FUNCTION refuse_twice()`
    await service.database.query(lasting)
    await insertDays(service.database, user, 1)
    await service.settled()
    expect(await queue.failed(10)).toEqual([])
    const [row] = await service.database.query<{ last_value: string }>(
      'SELECT last_value FROM refusals',
    )
    expect(row?.last_value).toBe('3')
  })

  it('ends quietly if its user was deleted meanwhile', async () => {
    await refuse()
    await insertDays(service.database, user, 1)
    const [job] = await failedOnes()
    await service.database.query('DELETE FROM users WHERE id = $1', [user])
    await queue.retry(job?.id)
    await vi.waitFor(async () => {
      expect(await queue.failed(10)).toEqual([])
      expect(
        await service.database.query(
          `SELECT state FROM bullmq.job WHERE name = 'recomputeStatistics'`,
        ),
      ).toEqual([])
    })
  })
})
