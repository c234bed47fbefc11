import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../src/database/client.ts'
import type { Job } from '../../src/events/catalogue.ts'
import { type Relay, startRelay } from '../../src/events/relay.ts'
import { CLAIM_MARK } from '../../src/events/runaways.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics, type Metrics } from '../../src/lib/metrics.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import { insertDays, insertUser, withoutAlerts } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'

/** The server's limit on a claim in these tests. */
const CLAIM_MS = 300

let service: TestService
let database: TestDatabase
let opened: ReturnType<typeof openDatabase>
let metrics: Metrics
let sent: number[]
let relay: Relay | undefined

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())
beforeEach(async () => {
  database = await createTestDatabase()
  await withoutAlerts(database)
  const url = `${database.url}?statement_timeout=${CLAIM_MS}`
  opened = openDatabase(url, 2, createLog('silent'))
  metrics = createMetrics()
  sent = []
  // The first claim never ends by itself. The table records the limits of the others.
  await database.query(`
    CREATE SEQUENCE claims;
    CREATE TABLE asked (most int);
    ALTER FUNCTION claim_outbox(int, boolean, boolean) RENAME TO real_claim_outbox;
    CREATE FUNCTION claim_outbox(most int, yielding boolean DEFAULT true, loads boolean DEFAULT true)
    RETURNS TABLE (id bigint, user_id bigint, type text, subject_id bigint, request_id varchar, load boolean)
    LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('claims') = 1 THEN PERFORM pg_sleep(600); END IF;
      INSERT INTO asked VALUES (most);
      RETURN QUERY SELECT * FROM real_claim_outbox(most, yielding, loads);
    END $$`)
})
afterEach(async () => {
  await relay?.close()
  relay = undefined
  await opened.close()
  await database.drop()
})

function start(): void {
  const queue = {
    ...service.services.queue,
    add: async (jobs: readonly Job[]) => {
      sent.push(...jobs.flatMap(({ payload }) => (payload as { user_ids: number[] }).user_ids))
    },
  }
  relay = startRelay({
    database: opened.relay,
    relayed: opened.relayed,
    queue,
    log: createLog('silent'),
    metrics,
    retrySeconds: 3600,
    poll: true,
    claimMs: CLAIM_MS,
  })
}

/** The sessions that work on a statement that begins so. */
const underWay = (statement: string) =>
  database.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()
       AND datname = current_database() AND starts_with(query, $1)`,
    [statement],
  )

const ended = async () => (await metrics.relayRunaways.get()).values[0]?.value

describe('a claim that takes too long', () => {
  it('is cancelled and counted, and smaller claims follow, which grow again', async () => {
    const user = await insertUser(database)
    await insertDays(database, user, 1)
    start()
    await vi.waitFor(() => expect(sent).toEqual([user]), { timeout: 10_000 })
    expect(await ended()).toBe(1)
    const asked = async () =>
      (await database.query<{ most: number }>('SELECT most FROM asked')).map(({ most }) => most)
    await vi.waitFor(async () => expect(await asked()).toContain(2000), { timeout: 10_000 })
    expect((await asked())[0]).toBe(500)
    const [stats] = await database.query<{ count: string }>(
      `SELECT analyze_count AS count FROM pg_stat_user_tables WHERE relname = 'outbox'`,
    )
    expect(Number(stats?.count)).toBe(1)
  })

  it('is cancelled also if its process is gone', async () => {
    const session = await openSession(database.url)
    const leftOver = session
      .query(`${CLAIM_MARK} SELECT id, user_id, request_id FROM claim_outbox(1)`)
      .then(
        () => 'it ended by itself',
        (error: { readonly code?: string }) => error.code,
      )
    await vi.waitFor(async () =>
      expect(await database.query('SELECT is_called FROM claims')).toEqual([{ is_called: true }]),
    )
    start()
    expect(await leftOver).toBe('57014')
    await vi.waitFor(async () => expect(await ended()).toBe(1))
    await session.close()
    const user = await insertUser(database)
    await insertDays(database, user, 1)
    await vi.waitFor(() => expect(sent).toEqual([user]), { timeout: 10_000 })
  })

  it('is left alone if it is not a relay’s', async () => {
    const [other, begun] = await Promise.all([openSession(database.url), openSession(database.url)])
    // This statement is older than the claim that the relay cancels, so the relay has seen both.
    const theirs = other.query('SELECT pg_sleep(600)').catch((error: Error) => error.message)
    await vi.waitFor(async () => expect(await underWay('SELECT pg_sleep(600)')).toHaveLength(1))
    const ours = begun.query(`${CLAIM_MARK} SELECT pg_sleep(600)`).catch(() => 'ended')
    await vi.waitFor(async () => expect(await underWay(CLAIM_MARK)).toHaveLength(1))
    start()
    expect(await ours).toBe('ended')
    const [left] = await underWay('SELECT pg_sleep(600)')
    expect(left).toBeDefined()
    await database.query('SELECT pg_cancel_backend($1)', [left?.pid])
    expect(await theirs).toMatch(/user request/)
    await Promise.all([other.close(), begun.close()])
  })
})
