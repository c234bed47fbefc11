-- What deserves an alert among transactions that were written, and credit scores that fell, each given with its user.
-- ARCHITECTURE.md has the rules in words. The usual of a day and currency are the 90 days before that day, so a transaction is
-- never compared with itself. All comparisons are exact.
--
-- It reads those 90 days, and the day itself where its figures are not current: its cost does not depend on the length of the
-- history.
CREATE OR REPLACE FUNCTION find_alerts(authors bigint[], written bigint[], scored bigint[], fallen bigint[], rules jsonb)
RETURNS TABLE (
  user_id bigint, kind text, cause text, transaction_id bigint, currency varchar, amount numeric, day date,
  transaction_count integer, threshold numeric, score smallint, previous_score smallint) LANGUAGE sql STABLE
AS $$
  WITH touched AS MATERIALIZED (
    SELECT booked.user_id, booked.currency, booked.day, array_agg(booked.id) AS ids, array_agg(booked.amount) AS amounts
    FROM unnest(authors, written) AS asked (author, id) CROSS JOIN LATERAL (
      SELECT own.user_id, own.id, own.currency, own.transaction_amount AS amount,
        (own.transaction_date AT TIME ZONE 'UTC')::date AS day
      FROM transactions AS own WHERE own.id = asked.id AND own.user_id = asked.author OFFSET 0) AS booked
    GROUP BY booked.user_id, booked.currency, booked.day),
  usual AS MATERIALIZED (
    SELECT touched.*, around.*
    FROM touched CROSS JOIN LATERAL (
      SELECT coalesce(sum(days.transaction_count) FILTER (WHERE days.date < touched.day), 0) AS count,
        coalesce(sum(total_amount) FILTER (WHERE days.date < touched.day), 0) AS total,
        coalesce(sum(total_squares) FILTER (WHERE days.date < touched.day), 0) AS squares,
        coalesce(sum(days.transaction_count::bigint * days.transaction_count) FILTER (WHERE days.date < touched.day), 0)
          AS count_squares,
        max(days.transaction_count) FILTER (WHERE days.date = touched.day) AS today
      FROM current_days(touched.user_id, touched.currency, touched.day - 90, touched.day) AS days) AS around),
  large AS (
    SELECT usual.user_id, usual.currency, booked.id, booked.amount, least(
      CASE WHEN booked.amount > (rules -> 'amounts' ->> usual.currency)::numeric
        THEN (rules -> 'amounts' ->> usual.currency)::numeric END,
      CASE WHEN usual.count >= (rules ->> 'history')::numeric
          AND is_unusual(booked.amount, usual.count, usual.total, usual.squares, (rules ->> 'deviations')::numeric)
        THEN usual_limit(usual.count, usual.total, usual.squares, (rules ->> 'deviations')::numeric) END) AS threshold
    FROM usual CROSS JOIN LATERAL unnest(usual.ids, usual.amounts) AS booked (id, amount)),
  noted AS (
    SELECT former.*, score_before(former.user_id, former.id, former.formula_version) AS previous_score
    FROM unnest(scored, fallen) AS asked (subject, id) CROSS JOIN LATERAL (
      SELECT * FROM credit_score_history AS own
      WHERE own.id = asked.id AND own.user_id = asked.subject OFFSET 0) AS former)
  SELECT large.user_id, 'large_transaction', concat_ws('/', large.id, trim_scale(large.amount), large.currency), large.id,
    large.currency, large.amount, NULL::date, NULL::integer, large.threshold, NULL::smallint, NULL::smallint
  FROM large WHERE large.threshold IS NOT NULL
  UNION ALL
  SELECT usual.user_id, 'unusual_velocity', concat_ws('/', to_char(usual.day, 'YYYY-MM-DD'), usual.currency), NULL,
    usual.currency, NULL, usual.day, usual.today,
    greatest(trunc(usual_limit(90, usual.count, usual.count_squares, (rules ->> 'deviations')::numeric)),
      (rules ->> 'velocity')::numeric - 1), NULL, NULL
  FROM usual
  WHERE usual.today >= (rules ->> 'velocity')::numeric
    AND is_unusual(usual.today, 90, usual.count, usual.count_squares, (rules ->> 'deviations')::numeric)
  UNION ALL
  SELECT noted.user_id, 'score_drop', noted.id::text, NULL, NULL, NULL, NULL, NULL, NULL, noted.score, noted.previous_score
  FROM noted WHERE noted.previous_score - noted.score >= (rules ->> 'drop')::numeric
$$;
