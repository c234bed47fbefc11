-- What a user's credit score is computed from: the stored figures of the 24 months that end with the latest day up to today,
-- totals in ten-thousandths. Also the version of these figures, the outbox rows that they answer, and the next day with
-- figures after today. It is one statement, so it sees a single state, and reads by index as many days as two years have.
CREATE OR REPLACE FUNCTION score_inputs(subject bigint, today date)
RETURNS TABLE (user_id bigint, version bigint, answered bigint[], next_day date, days json) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH currencies AS MATERIALIZED (
    SELECT total.currency FROM user_statistics AS total WHERE total.user_id = subject),
  ends AS MATERIALIZED (
    SELECT max(last) AS last, min(next) AS next
    FROM currencies CROSS JOIN LATERAL (SELECT
      (SELECT daily.date FROM daily_statistics AS daily
       WHERE daily.user_id = subject AND daily.currency = currencies.currency AND daily.date <= today
       ORDER BY daily.date DESC LIMIT 1) AS last,
      (SELECT daily.date FROM daily_statistics AS daily
       WHERE daily.user_id = subject AND daily.currency = currencies.currency AND daily.date > today
       ORDER BY daily.date LIMIT 1) AS next) AS own)
  SELECT subject,
    coalesce((SELECT known.version FROM statistics_versions AS known WHERE known.user_id = subject), 0),
    ARRAY (SELECT waiting.id FROM outbox AS waiting
      WHERE waiting.user_id = subject AND outbox_turn(waiting.type, waiting.day) = 'score'),
    ends.next,
    (SELECT coalesce(json_agg(json_build_array(daily.date, daily.currency, daily.transaction_count,
        trunc(daily.total_credit * 10000)::text, trunc(daily.total_debit * 10000)::text)), '[]')
     FROM currencies CROSS JOIN LATERAL (
       SELECT * FROM daily_statistics AS own
       WHERE own.user_id = subject AND own.currency = currencies.currency
         AND own.date > (ends.last - interval '24 months')::date AND own.date <= ends.last OFFSET 0) AS daily)
  FROM ends;
END
$$;
