import { FORMULA_VERSION } from '../../src/features/credit-score/formula.ts'
import type { TestDatabase } from '../setup/database.ts'

/** How many rows each table gets that nobody in these tests asks for. */
export const OTHER_ROWS = 10_000

/** A row of each table for each of them; none is so old or unfinished that a sweep looks for it. */
const OTHERS = [
  `INSERT INTO sessions (user_id, expires_at) SELECT id, now() + interval '1 day' FROM others`,
  `INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
   SELECT id, sha256(int8send(id)), now() + interval '1 day' FROM sessions`,
  `INSERT INTO api_keys (user_id, name, key_hash, scopes)
   SELECT id, 'Key', sha256(int8send(id)), '{tasks:read}' FROM others`,
  `INSERT INTO login_throttles (subject, failures, last_at, blocked_until)
   SELECT sha256(int8send(id)), 1, now(), 'epoch' FROM others`,
  `INSERT INTO login_addresses (user_id, address, last_at)
   SELECT id, sha256(int8send(id)), now() FROM others`,
  `INSERT INTO idempotency_keys (id, user_id, fingerprint, status, answer, user_ids)
   SELECT sha256(int8send(id)), id, '', 201, '', ARRAY[id] FROM others`,
  `INSERT INTO employments (user_id, company_name, company_key, is_current)
   SELECT id, 'Company', 'company', true FROM others`,
  `INSERT INTO bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index, is_primary)
   SELECT id, 'Bank', 'bank', '', sha256(int8send(id)), true FROM others`,
  `INSERT INTO tasks (user_id, title) SELECT id, 'Task' FROM others`,
  `INSERT INTO reports (user_id, status, group_by, format, include_members, finished_at)
   SELECT id, 'completed', '{bank}', 'json', false, now() FROM others`,
  `INSERT INTO report_chunks SELECT id, 0, '' FROM reports`,
  `INSERT INTO imports (user_id, kind, name, status, options, finished_at, has_upload)
   SELECT id, 'dataset', 'd' || id, 'completed', '{}', now(), false FROM others`,
  `INSERT INTO import_chunks SELECT id, 'rejects', 0, '' FROM imports`,
  `INSERT INTO transactions
     (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency, reference)
   SELECT id, '', '2026-03-01', 1, 'credit', 'USD', 'r' FROM others`,
  // The trigger's rows of these transactions are all on their way.
  `UPDATE outbox SET enqueued_at = now(), attempts = 1`,
  `INSERT INTO daily_statistics SELECT id, '2026-03-01', 'USD', 1, 1, 0, 1 FROM others`,
  `INSERT INTO monthly_statistics SELECT id, '2026-03-01', 'USD', 1, 1, 0, '2026-03-01', 1 FROM others`,
  `INSERT INTO user_statistics SELECT id, 'USD', 1, 1, 0, '2026-03-01', 1 FROM others`,
  `INSERT INTO statistics_versions (user_id) SELECT id FROM others`,
  `INSERT INTO events (user_id, type, data, created_at) SELECT id, 'user.updated', '{}', now() FROM others`,
  `INSERT INTO credit_scores (user_id, score, factors, formula_version, statistics_version, computed_at)
   SELECT id, 600, '[]', ${FORMULA_VERSION}, 0, now() FROM others`,
  `INSERT INTO alerts (user_id, kind, cause, status, score, previous_score)
   SELECT id, 'score_drop', id, 'acknowledged', 500, 700 FROM others`,
  `INSERT INTO webhook_deliveries (user_id, endpoint_id, event_id, type, next_attempt_at)
   SELECT id, 2, 1, 'user.updated', now() + interval '1 hour' FROM others`,
  `INSERT INTO webhook_attempts (user_id, delivery_id, started_at, duration_ms, error)
   SELECT user_id, id, now(), 1, 'dns' FROM webhook_deliveries`,
  `INSERT INTO webhook_lanes (user_id, endpoint_id, due_at) SELECT id, 2, now() + interval '1 hour' FROM others`,
]

/** Fills every table with rows of others, past Passbook. */
export async function insertOthers(database: TestDatabase): Promise<void> {
  const others = `WITH others AS (SELECT id FROM users WHERE pincode = 'other')`
  await database.query(
    `INSERT INTO users (name, name_index, search_index, pincode)
     SELECT '', sha256(int8send(n)), ARRAY[n], 'other' FROM generate_series(1, ${OTHER_ROWS}) AS n`,
  )
  for (const statement of OTHERS) await database.query(`${others} ${statement}`)
}
