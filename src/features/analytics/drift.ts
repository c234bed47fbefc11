import { type Database, Prisma } from '../../database/client.ts'
import { BUSIEST_DATE } from './figures.ts'

const SAMPLE_USERS = 200

/** The sample's rows of a table, user by user: OFFSET keeps the planner from joining the whole table. */
const ofSample = (table: Prisma.Sql) => Prisma.sql`
  SELECT own.* FROM sample CROSS JOIN LATERAL (
    SELECT * FROM ${table} WHERE ${table}.user_id = sample.user_id OFFSET 0) AS own`

/**
 * Compares the stored statistics of a sample of users with the ledger, and puts the days that differ
 * into the outbox, where the recomputation of every other change finds them.
 *
 * It is one statement, so it sees one state: a user with a change on its way is left out, and nobody
 * else can differ unless something wrote past the worker. The sample is the users that follow a
 * random id, which costs the same however many there are.
 *
 * @returns how many users differed
 */
export async function repairDrift(database: Database): Promise<number> {
  const [sample] = await database.$queryRaw<{ start: bigint }[]>`
    SELECT (random() * max(id))::bigint AS start FROM users`
  const start = sample?.start ?? 0n
  const repaired = await database.$queryRaw<{ user_id: bigint }[]>`
    WITH sample AS MATERIALIZED (
      SELECT id AS user_id FROM (
        (SELECT id FROM users WHERE id >= ${start} ORDER BY id LIMIT ${SAMPLE_USERS})
        UNION (SELECT id FROM users ORDER BY id LIMIT ${SAMPLE_USERS})
      ) AS chosen
      WHERE (SELECT true FROM outbox WHERE outbox.user_id = chosen.id LIMIT 1) IS NULL
      ORDER BY id < ${start}, id LIMIT ${SAMPLE_USERS}),
    ledger AS (
      SELECT sample.user_id, days.* FROM sample CROSS JOIN LATERAL (
        SELECT (transaction_date AT TIME ZONE 'UTC')::date AS date, currency,
          count(*)::int AS transaction_count,
          coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'credit'), 0) AS total_credit,
          coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'debit'), 0) AS total_debit
        FROM transactions WHERE transactions.user_id = sample.user_id GROUP BY 1, 2) AS days),
    daily AS (${ofSample(Prisma.sql`daily_statistics`)}),
    different_days AS (
      SELECT user_id, date
      FROM ledger FULL JOIN daily USING (user_id, date, currency)
      WHERE (ledger.transaction_count, ledger.total_credit, ledger.total_debit)
        IS DISTINCT FROM (daily.transaction_count, daily.total_credit, daily.total_debit)),
    months AS (
      SELECT user_id, date_trunc('month', date)::date AS month, currency,
        sum(transaction_count)::int AS transaction_count, sum(total_credit) AS total_credit,
        sum(total_debit) AS total_debit, ${BUSIEST_DATE} AS busiest_date,
        max(transaction_count) AS busiest_count
      FROM daily GROUP BY 1, 2, 3),
    monthly AS (${ofSample(Prisma.sql`monthly_statistics`)}),
    different_months AS (
      SELECT user_id, month AS date
      FROM months FULL JOIN monthly USING (user_id, month, currency)
      WHERE (months.transaction_count, months.total_credit, months.total_debit,
          months.busiest_date, months.busiest_count)
        IS DISTINCT FROM (monthly.transaction_count, monthly.total_credit, monthly.total_debit,
          monthly.busiest_date, monthly.busiest_count)),
    totals AS (
      SELECT user_id, currency, sum(transaction_count)::int AS transaction_count,
        sum(total_credit) AS total_credit, sum(total_debit) AS total_debit,
        ${BUSIEST_DATE} AS busiest_date, max(transaction_count) AS busiest_count
      FROM daily GROUP BY 1, 2),
    total AS (${ofSample(Prisma.sql`user_statistics`)}),
    different_totals AS (
      SELECT user_id, coalesce(totals.busiest_date, total.busiest_date) AS date
      FROM totals FULL JOIN total USING (user_id, currency)
      WHERE (totals.transaction_count, totals.total_credit, totals.total_debit,
          totals.busiest_date, totals.busiest_count)
        IS DISTINCT FROM (total.transaction_count, total.total_credit, total.total_debit,
          total.busiest_date, total.busiest_count))
    INSERT INTO outbox (user_id, day)
    SELECT user_id, date FROM different_days
    UNION SELECT user_id, date FROM different_months
    UNION SELECT user_id, date FROM different_totals
    RETURNING user_id`
  return new Set(repaired.map(({ user_id }) => user_id)).size
}
