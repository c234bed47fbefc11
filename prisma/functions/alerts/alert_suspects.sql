-- Those of the transactions given that may deserve an alert. It leaves out what months show to be usual, which is nearly all
-- there is; find_alerts decides about the rest. It needs current figures. Without rules it returns all.
--
-- Of the 90 days before a transaction's, m is the transactions of the whole months in between, with the sum t and the sum of
-- squares q, and n those of all months that these days and the transaction's month touch. So the usual has at least t, at most n
-- transactions, and at least the variance that the whole months alone give to n of them, (q - t²/m) / n. What is at most
-- t/n + d √((q - t²/m) / n) is below the limit of is_unusual. Exact: no number is rounded.
--
-- Transactions of one month with the same whole months before share what is read. A day is looked up only if its month has a
-- busy one.
CREATE OR REPLACE FUNCTION alert_suspects(authors bigint[], written bigint[], rules jsonb)
RETURNS TABLE (user_id bigint, id bigint) LANGUAGE sql STABLE
AS $$
  SELECT period.user_id, booked.id
  FROM (
    SELECT own.user_id, own.currency, own.month, own.first_whole,
      array_agg(own.id) AS ids, array_agg(own.amount) AS amounts, array_agg(own.day) AS days
    FROM unnest(authors, written) AS asked (author, id)
    CROSS JOIN LATERAL (
      SELECT stored.user_id, stored.id, stored.currency, stored.transaction_amount AS amount, placed.day,
        date_trunc('month', placed.day::timestamp)::date AS month,
        (date_trunc('month', (placed.day - 91)::timestamp) + interval '1 month')::date AS first_whole
      FROM transactions AS stored CROSS JOIN LATERAL (
        SELECT (stored.transaction_date AT TIME ZONE interval '0')::date AS day) AS placed
      WHERE stored.id = asked.id AND stored.user_id = asked.author OFFSET 0) AS own
    GROUP BY own.user_id, own.currency, own.month, own.first_whole) AS period
  CROSS JOIN LATERAL (
    SELECT sum(other.transaction_count) AS n,
      max(other.busiest_count) FILTER (WHERE other.month = period.month) AS busiest,
      sum(other.transaction_count) FILTER (WHERE other.month >= period.first_whole AND other.month < period.month) AS m,
      sum(other.total_credit + other.total_debit)
        FILTER (WHERE other.month >= period.first_whole AND other.month < period.month) AS t,
      sum(other.total_squares) FILTER (WHERE other.month >= period.first_whole AND other.month < period.month) AS q
    FROM monthly_statistics AS other
    WHERE other.user_id = period.user_id AND other.currency = period.currency
      AND other.month > period.first_whole - 32 AND other.month <= period.month) AS months
  CROSS JOIN LATERAL unnest(period.ids, period.amounts, period.days) AS booked (id, amount, day)
  WHERE rules IS NULL
    OR booked.amount > (rules -> 'amounts' ->> period.currency)::numeric
    OR busiest >= (rules ->> 'velocity')::int AND (
      SELECT daily.transaction_count FROM daily_statistics AS daily
      WHERE daily.user_id = period.user_id AND daily.currency = period.currency AND daily.date = booked.day)
        >= (rules ->> 'velocity')::int
    OR n >= (rules ->> 'history')::int AND n * booked.amount > coalesce(t, 0) AND (
      m IS NULL OR (n * booked.amount - t) * (n * booked.amount - t) * m
        > (rules ->> 'deviations')::numeric * (rules ->> 'deviations')::numeric * n * (m * q - t * t))
$$;
