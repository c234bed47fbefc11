import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import { releaseOutbox } from '../../src/events/outbox.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { BELIEFS, believe, stopAutovacuum } from './statistics.ts'
import { rowsRead } from './work.ts'

const ROWS = 1_000
/** How often each of them may be read: to be found, locked, changed, and to look who else is there. */
const MAX_READS = 10

let service: TestService

beforeAll(async () => {
  service = await startTestService({ env: { DATABASE_POOL_SIZE: '2' } })
  await stopAutovacuum(service.database)
  await service.database.query(
    `INSERT INTO users (name, name_index) SELECT '', '' FROM generate_series(1, ${ROWS})`,
  )
})
afterAll(() => service.close())

const claim = (statement: string) => () =>
  service.services.database.$queryRawUnsafe<unknown[]>(statement)
const claimNew = claim(`SELECT * FROM claim_outbox(${ROWS})`)
const claimLost = claim(`SELECT * FROM claim_lost_outbox(${ROWS}, 1)`)
const consumers = () => consumersOf(service.services)

const waiting = (users: number) => `
  INSERT INTO outbox (user_id, type, day)
  SELECT id, 'transaction.created', '2026-01-01' FROM users, generate_series(1, ${ROWS / users}) ORDER BY id LIMIT ${ROWS}`
const sent = `${waiting(ROWS)}; UPDATE outbox SET enqueued_at = now() - interval '1 hour', attempts = 1`

/** Many rows that one statement has to do with: how they come to be there, and what deals with them. */
const BATCHES: Readonly<Record<string, readonly [string, () => Promise<unknown>]>> = {
  'new changes of many users': [waiting(ROWS), claimNew],
  'new changes of a few users': [waiting(5), claimNew],
  'new changes of one user': [waiting(1), claimNew],
  'new scores of many users': [
    `INSERT INTO outbox (user_id, type, subject_id) SELECT id, 'statistics.updated', id FROM users LIMIT ${ROWS}`,
    claimNew,
  ],
  'new changes while scores and alerts wait': [
    `${waiting(10)}; INSERT INTO outbox (user_id, type, subject_id, created_at)
     SELECT id, 'statistics.updated', id, now() - interval '1 hour' FROM users LIMIT ${ROWS};
     INSERT INTO outbox (user_id, type, subjects, created_at)
     SELECT id, 'transactions.written', '{1}', now() - interval '1 hour' FROM users LIMIT ${ROWS}`,
    claim('SELECT * FROM claim_outbox(100, false)'),
  ],
  'new changes of one user with one on its way': [
    `${waiting(1)}; UPDATE outbox SET enqueued_at = now(), attempts = 1
     WHERE id = (SELECT min(id) FROM outbox)`,
    claimNew,
  ],
  'new scores beside alerts of many users on their way': [
    `INSERT INTO outbox (user_id, type, subjects, enqueued_at, attempts)
     SELECT id, 'transactions.written', '{1}', now(), 1 FROM users LIMIT ${ROWS};
     INSERT INTO outbox (user_id, type, subject_id) SELECT id, 'statistics.updated', id FROM users LIMIT ${ROWS}`,
    claimNew,
  ],
  'lost changes': [sent, claimLost],
  'changes on their way at a start': [sent, () => releaseOutbox(service.services.database)],
  'changes of many users to recompute': [
    waiting(ROWS),
    () => service.services.analytics.recompute(Array.from({ length: ROWS }, (_, at) => at + 1)),
  ],
  'scores of many users to compute': [
    `INSERT INTO outbox (user_id, type, subject_id) SELECT id, 'credit_score.outdated', id FROM users LIMIT ${ROWS}`,
    () => service.services.creditScores.compute(Array.from({ length: ROWS }, (_, at) => at + 1)),
  ],
  'alerts of many users to look for': [
    `INSERT INTO outbox (user_id, type, subjects) SELECT id, 'transactions.written', '{1}' FROM users LIMIT ${ROWS}`,
    () => service.services.alerts.raise(Array.from({ length: ROWS }, (_, at) => at + 1)),
  ],
  'scores of a former formula': [
    `INSERT INTO credit_scores (user_id, factors, formula_version, statistics_version, computed_at)
     SELECT id, '[]', 0, 0, now() FROM users`,
    () => service.services.creditScores.sweep(),
  ],
  'old attempts to log in': [
    `INSERT INTO login_throttles (subject, failures, last_at, blocked_until)
     SELECT sha256(int8send(n)), 1, now() - interval '2 days', 'epoch' FROM generate_series(1, ${ROWS}) AS n`,
    () => consumers().deleteExpiredTokens({}),
  ],
  'expired tokens': [
    `WITH session AS (
       INSERT INTO sessions (user_id, expires_at) SELECT id, now() + interval '1 day' FROM users RETURNING id
     )
     INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
     SELECT id, sha256(int8send(id)), now() - interval '1 day' FROM session`,
    () => consumers().deleteExpiredTokens({}),
  ],
  'expired sessions': [
    `WITH session AS (
       INSERT INTO sessions (user_id, expires_at) SELECT id, now() - interval '1 day' FROM users RETURNING id
     )
     INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
     SELECT id, sha256(int8send(id)), now() - interval '1 day' FROM session`,
    () => consumers().deleteExpiredTokens({}),
  ],
  'old answers': [
    `INSERT INTO idempotency_keys (id, fingerprint, status, answer, created_at)
     SELECT sha256(int8send(n)), '', 201, '', now() - interval '2 days' FROM generate_series(1, ${ROWS}) AS n`,
    () => consumers().deleteOldAnswers({}),
  ],
  'pending events': [
    `INSERT INTO pending_events (user_id, type, data)
     SELECT id, 'user.updated', '{}' FROM users ORDER BY id LIMIT ${ROWS}`,
    claim(`SELECT * FROM append_events(${ROWS})`),
  ],
  'old events': [
    `INSERT INTO events (user_id, type, data, created_at)
     SELECT id, 'user.updated', '{}', now() - interval '31 days' FROM users ORDER BY id LIMIT ${ROWS}`,
    () => consumers().sweepEvents({}),
  ],
  'events of deleted users': [
    `INSERT INTO pending_events (user_id, type, data) SELECT 0, 'user.updated', '{}' FROM users;
     INSERT INTO events (user_id, type, data, created_at) SELECT 0, 'user.updated', '{}', now() FROM users`,
    claim('DELETE FROM users WHERE id = ANY (ARRAY (SELECT id FROM users ORDER BY id LIMIT 10))'),
  ],
  'webhooks of an endpoint that is enabled again': [
    `INSERT INTO webhook_endpoints (id, url, secret, event_types) VALUES (1, '', '', '{*}');
     INSERT INTO events (user_id, type, data, created_at) SELECT id, 'user.updated', '{}', now() FROM users`,
    claim('SELECT resume_webhook_lanes(1, 1000)'),
  ],
  'deliveries of an endpoint that is gone': [
    `INSERT INTO webhook_deliveries (user_id, endpoint_id, event_id, type, next_attempt_at)
     SELECT id, 2, 1, 'user.updated', now() FROM users;
     INSERT INTO webhook_lanes (user_id, endpoint_id, due_at) SELECT id, 2, now() FROM users`,
    () => consumers().sweepWebhooks({}),
  ],
  'old deliveries': [
    `INSERT INTO webhook_endpoints (id, url, secret, event_types) VALUES (1, '', '', '{*}');
     INSERT INTO webhook_deliveries (user_id, endpoint_id, event_id, type, next_attempt_at, created_at)
     SELECT id, 1, 1, 'user.updated', now(), now() - interval '31 days' FROM users`,
    () => consumers().sweepWebhooks({}),
  ],
  'pieces of failed reports': [
    `INSERT INTO reports (user_id, status, group_by, format, include_members)
     SELECT id, 'failed', '{bank}', 'json', false FROM users;
     INSERT INTO report_chunks SELECT id, 0, '' FROM reports`,
    () => consumers().sweepReports({}),
  ],
  'pieces of cancelled imports': [
    `INSERT INTO imports (user_id, kind, name, status, options)
     SELECT id, 'dataset', 'd', 'cancelled', '{}' FROM users;
     INSERT INTO import_chunks SELECT id, 'upload', 0, '' FROM imports`,
    () => consumers().sweepImports({}),
  ],
}

const CLEARED = [
  'credit_scores',
  'login_throttles',
  'sessions',
  'idempotency_keys',
  'reports',
  'imports',
  'events',
  'webhook_endpoints',
  'webhook_lanes',
  'webhook_deliveries',
] as const

describe.each(Object.entries(BELIEFS))('where statistics call the tables %s', (_, belief) => {
  it.each(Object.entries(BATCHES))('%s are read a few times each', async (_name, [rows, work]) => {
    const { database, services } = service
    await database.query(
      'DELETE FROM outbox; DELETE FROM pending_events; DELETE FROM webhook_endpoints',
    )
    await database.query(rows)
    await believe(database, belief)
    const read = await rowsRead(services, work)
    expect(Math.max(0, ...Object.values(read)), JSON.stringify(read)).toBeLessThanOrEqual(
      ROWS * MAX_READS,
    )
    for (const table of CLEARED) {
      await database.query(`DELETE FROM ${table}`)
    }
  })
})
