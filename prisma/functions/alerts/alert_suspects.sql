-- Those of the transactions given that may deserve an alert. It leaves out what months show to be usual, which is nearly all
-- there is; find_alerts decides about the rest. It needs current figures. Without rules it returns all.
--
-- Of the 90 days before a transaction's, m is the transactions of the whole months in between, with the sum t and the sum of
-- squares q, and n those of all months that these days touch, which began no
-- more than 120 days before. So the usual has at least t, at most n transactions, and at least
-- the variance that the whole months alone give to n of them, (q - t²/m) / n. What is at most t/n + d √((q - t²/m) / n) is below
-- the limit of is_unusual. Exact: no number is rounded.
--
-- A day is busy only if the busiest one of its month is.
CREATE OR REPLACE FUNCTION alert_suspects(authors bigint[], written bigint[], rules jsonb)
RETURNS TABLE (user_id bigint, id bigint) LANGUAGE sql STABLE
AS $$
  SELECT booked.user_id, booked.id
  FROM unnest(authors, written) AS asked (author, id)
  CROSS JOIN LATERAL (
    SELECT own.user_id, own.id, own.currency, own.transaction_amount AS amount,
      (own.transaction_date AT TIME ZONE interval '0')::date AS day,
      date_trunc('month', own.transaction_date AT TIME ZONE interval '0')::date AS month
    FROM transactions AS own WHERE own.id = asked.id AND own.user_id = asked.author OFFSET 0) AS booked
  CROSS JOIN LATERAL (
    SELECT sum(other.transaction_count) AS n,
      max(other.busiest_count) FILTER (WHERE other.month = booked.month) AS busiest,
      sum(other.transaction_count) FILTER (WHERE other.month >= booked.day - 90 AND other.month < booked.month) AS m,
      sum(other.total_credit + other.total_debit)
        FILTER (WHERE other.month >= booked.day - 90 AND other.month < booked.month) AS t,
      sum(other.total_squares) FILTER (WHERE other.month >= booked.day - 90 AND other.month < booked.month) AS q
    FROM monthly_statistics AS other
    WHERE other.user_id = booked.user_id AND other.currency = booked.currency
      AND other.month > booked.day - 121 AND other.month <= booked.month) AS months
  WHERE rules IS NULL
    OR booked.amount > (rules -> 'amounts' ->> booked.currency)::numeric
    OR busiest >= (rules ->> 'velocity')::int
    OR n >= (rules ->> 'history')::int AND n * booked.amount > coalesce(t, 0) AND (
      m IS NULL OR (n * booked.amount - t) * (n * booked.amount - t) * m
        > (rules ->> 'deviations')::numeric * (rules ->> 'deviations')::numeric * n * (m * q - t * t))
$$;
