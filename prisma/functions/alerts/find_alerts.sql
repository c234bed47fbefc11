-- What deserves an alert among transactions of a user that were written, and credit scores that fell. ARCHITECTURE.md has the
-- rules in words. The usual of a day and currency are the 90 days before that day, so a transaction is never compared with
-- itself. All comparisons are exact.
--
-- It reads those 90 days, and the day itself where its figures are not current: its cost does not depend on the length of the
-- history.
CREATE OR REPLACE FUNCTION find_alerts(subject bigint, written bigint[], fallen bigint[], rules jsonb)
RETURNS TABLE (
  kind text, cause text, transaction_id bigint, currency varchar, amount numeric, day date, transaction_count integer,
  threshold numeric, score smallint, previous_score smallint) LANGUAGE sql STABLE
AS $$
  WITH booked AS MATERIALIZED (
    SELECT id, currency, transaction_amount AS amount, (transaction_date AT TIME ZONE 'UTC')::date AS day
    FROM transactions WHERE user_id = subject AND id = ANY (written)),
  usual AS MATERIALIZED (
    SELECT touched.*, former.*, (
      SELECT days.transaction_count FROM current_days(subject, touched.currency, touched.day, touched.day) AS days) AS today
    FROM (SELECT DISTINCT day, currency FROM booked) AS touched
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(days.transaction_count), 0) AS count, coalesce(sum(total_amount), 0) AS total,
        coalesce(sum(total_squares), 0) AS squares,
        coalesce(sum(days.transaction_count::bigint * days.transaction_count), 0) AS count_squares
      FROM current_days(subject, touched.currency, touched.day - 90, touched.day - 1) AS days) AS former),
  large AS (
    SELECT booked.*, least(
      CASE WHEN amount > (rules -> 'amounts' ->> currency)::numeric THEN (rules -> 'amounts' ->> currency)::numeric END,
      CASE WHEN count >= (rules ->> 'history')::numeric
          AND is_unusual(amount, count, total, squares, (rules ->> 'deviations')::numeric)
        THEN usual_limit(count, total, squares, (rules ->> 'deviations')::numeric) END) AS threshold
    FROM booked JOIN usual USING (day, currency)),
  scored AS (
    SELECT id, score, score_before(subject, id, formula_version) AS previous_score
    FROM credit_score_history WHERE user_id = subject AND id = ANY (fallen))
  SELECT 'large_transaction', concat_ws('/', id, trim_scale(amount), currency), id, currency, amount, NULL::date, NULL::integer,
    threshold, NULL::smallint, NULL::smallint
  FROM large WHERE threshold IS NOT NULL
  UNION ALL
  SELECT 'unusual_velocity', concat_ws('/', to_char(day, 'YYYY-MM-DD'), currency), NULL, currency, NULL, day, today,
    greatest(trunc(usual_limit(90, count, count_squares, (rules ->> 'deviations')::numeric)),
      (rules ->> 'velocity')::numeric - 1), NULL, NULL
  FROM usual
  WHERE today >= (rules ->> 'velocity')::numeric
    AND is_unusual(today, 90, count, count_squares, (rules ->> 'deviations')::numeric)
  UNION ALL
  SELECT 'score_drop', id::text, NULL, NULL, NULL, NULL, NULL, NULL, score, previous_score
  FROM scored WHERE previous_score - score >= (rules ->> 'drop')::numeric
$$;
