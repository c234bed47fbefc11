-- What the credit scores of users are computed from, for those who wait for one: the stored figures of the 24 months that end
-- with the latest day up to today, totals in ten-thousandths. Also the version of these figures, the outbox rows that they
-- answer, and the next day with figures after today. It is one statement, so it sees a single state, and reads by index as
-- many days as two years have.
--
-- Days of a month are summed up, under the date of the latest. A month ends on the day of the month of the user's latest day,
-- as in score-months.ts, so the sums of months are the same.
CREATE OR REPLACE FUNCTION score_inputs(subjects bigint[], today date)
RETURNS TABLE (user_id bigint, version bigint, answered bigint[], next_day date, days json) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT subject,
    coalesce((SELECT known.version FROM statistics_versions AS known WHERE known.user_id = subject), 0),
    waiting.answered,
    ends.next,
    (SELECT coalesce(json_agg(json_build_array(month.last, month.currency, month.count, month.credit, month.debit)), '[]')
     FROM (
       SELECT max(daily.date) AS last, daily.currency, sum(daily.transaction_count)::int AS count,
         trunc(sum(daily.total_credit) * 10000)::text AS credit, trunc(sum(daily.total_debit) * 10000)::text AS debit
       FROM unnest(ends.currencies) AS used (currency) CROSS JOIN LATERAL (
         SELECT * FROM daily_statistics AS own
         WHERE own.user_id = subject AND own.currency = used.currency
           AND own.date > (ends.last - interval '24 months')::date AND own.date <= ends.last OFFSET 0) AS daily
       GROUP BY daily.currency, date_part('year', daily.date) * 12 + date_part('month', daily.date)
         + (date_part('day', daily.date) > date_part('day', ends.last))::int) AS month)
  FROM unnest(subjects) AS subject
  CROSS JOIN LATERAL (
    SELECT array_agg(row.id) AS answered FROM outbox AS row
    WHERE row.user_id = subject AND outbox_turn(row.type, row.day) = 'score') AS waiting
  CROSS JOIN LATERAL (
    SELECT array_agg(total.currency) AS currencies, max(own.last) AS last, min(own.next) AS next
    FROM user_statistics AS total CROSS JOIN LATERAL (SELECT
      (SELECT daily.date FROM daily_statistics AS daily
       WHERE daily.user_id = subject AND daily.currency = total.currency AND daily.date <= today
       ORDER BY daily.date DESC LIMIT 1) AS last,
      (SELECT daily.date FROM daily_statistics AS daily
       WHERE daily.user_id = subject AND daily.currency = total.currency AND daily.date > today
       ORDER BY daily.date LIMIT 1) AS next) AS own
    WHERE total.user_id = subject) AS ends
  WHERE waiting.answered IS NOT NULL;
END
$$;
