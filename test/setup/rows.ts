import type { TestDatabase } from './database.ts'

/**
 * Inserts a user without name or login, bypassing Passbook.
 *
 * @returns the id
 */
export async function insertUser(database: TestDatabase): Promise<number> {
  const [row] = await database.query<{ id: string }>(
    `INSERT INTO users (name, name_index) VALUES ('', '') RETURNING id`,
  )
  return Number(row?.id)
}

/**
 * Inserts a transaction of 1.00 USD on each of this many days from 2020 on, bypassing Passbook, in
 * one statement.
 */
export async function insertDays(
  database: TestDatabase,
  userId: number,
  days: number,
  requestId: string | null = null,
): Promise<void> {
  await database.query(
    `INSERT INTO transactions
       (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency, request_id)
     SELECT $1, '', timestamptz '2020-01-01 12:00Z' + make_interval(days => day), 1, 'credit', 'USD', $3
     FROM generate_series(0, $2 - 1) AS day`,
    [userId, days, requestId],
  )
}

/** Has nothing looked at for alerts from now on, for tests that count what is to do. */
export async function withoutAlerts(database: TestDatabase): Promise<void> {
  await database.query(
    `CREATE OR REPLACE FUNCTION skip_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE OR REPLACE TRIGGER without_falls BEFORE INSERT ON outbox FOR EACH ROW
       WHEN (pg_trigger_depth() > 0 AND NEW.type = 'credit_score.fell')
       EXECUTE FUNCTION skip_row();
     CREATE OR REPLACE FUNCTION name_nothing() RETURNS trigger LANGUAGE plpgsql
       AS 'BEGIN NEW.subjects := NULL; RETURN NEW; END';
     CREATE OR REPLACE TRIGGER without_alerts BEFORE INSERT ON outbox FOR EACH ROW
       WHEN (NEW.day IS NOT NULL AND NEW.subjects IS NOT NULL)
       EXECUTE FUNCTION name_nothing()`,
  )
}

export interface OutboxState {
  readonly day: string
  readonly request_id: string | null
  readonly sent: boolean
  readonly attempts: number
}

/** A user's changes that are not yet in the figures. */
export const readOutbox = (database: TestDatabase, userId: number): Promise<OutboxState[]> =>
  database.query<OutboxState & Record<string, unknown>>(
    `SELECT day::text, request_id, enqueued_at IS NOT NULL AS sent, attempts::int
     FROM outbox WHERE user_id = $1 AND day IS NOT NULL ORDER BY day, id`,
    [userId],
  )
