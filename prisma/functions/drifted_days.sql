-- The days of a user whose stored statistics, or those of their month, differ from the ledger, and one day for each currency
-- whose totals differ. A single statement sees a single state. A user with a change in the outbox yields no days. For any
-- other user a difference means that something bypassed the recomputation.
CREATE OR REPLACE FUNCTION drifted_days(subject bigint) RETURNS SETOF date LANGUAGE sql STABLE
SET enable_seqscan = off
AS $$
  WITH ledger AS (SELECT * FROM ledger_days(subject, '-infinity', 'infinity')),
  daily AS MATERIALIZED (SELECT * FROM daily_statistics WHERE user_id = subject),
  different_days AS (
    SELECT date
    FROM ledger FULL JOIN daily USING (date, currency)
    WHERE (ledger.transaction_count, ledger.total_credit, ledger.total_debit, ledger.total_squares)
      IS DISTINCT FROM (daily.transaction_count, daily.total_credit, daily.total_debit, daily.total_squares)),
  months AS (
    SELECT date_trunc('month', date)::date AS month, currency, sum(transaction_count)::int AS transaction_count,
      sum(total_credit) AS total_credit, sum(total_debit) AS total_debit, sum(total_squares) AS total_squares,
      max(busyness(transaction_count, date)) AS busyness
    FROM daily GROUP BY 1, 2),
  different_months AS (
    SELECT month AS date
    FROM months FULL JOIN (SELECT * FROM monthly_statistics WHERE user_id = subject) AS monthly USING (month, currency)
    WHERE (months.transaction_count, months.total_credit, months.total_debit, months.total_squares, months.busyness)
      IS DISTINCT FROM (monthly.transaction_count, monthly.total_credit, monthly.total_debit, monthly.total_squares,
        busyness(monthly.busiest_count, monthly.busiest_date))),
  totals AS (
    SELECT currency, sum(transaction_count)::int AS transaction_count, sum(total_credit) AS total_credit,
      sum(total_debit) AS total_debit, max(busyness) AS busyness
    FROM months GROUP BY 1),
  different_totals AS (
    SELECT coalesce(busiest_day(totals.busyness), total.busiest_date) AS date
    FROM totals FULL JOIN (SELECT * FROM user_statistics WHERE user_id = subject) AS total USING (currency)
    WHERE (totals.transaction_count, totals.total_credit, totals.total_debit, totals.busyness)
      IS DISTINCT FROM (total.transaction_count, total.total_credit, total.total_debit,
        busyness(total.busiest_count, total.busiest_date)))
  SELECT date FROM (
    SELECT date FROM different_days
    UNION SELECT date FROM different_months
    UNION SELECT date FROM different_totals) AS different
  WHERE NOT EXISTS (SELECT FROM outbox WHERE user_id = subject AND day IS NOT NULL)
$$;
