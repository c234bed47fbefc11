-- Recomputes the days of a user that changed, their months, and the user's totals, in one database transaction that also
-- deletes the outbox rows it answers. The figures come from the ledger each time and are never added to: running twice, late
-- or out of order gives the same. The cost depends on the days that changed, not on the length of the history.
--
-- Why it is exact: each outbox row became visible together with its change; every statement here sees at least what the one
-- that deletes the outbox rows saw; a change that comes later brings a row of its own. The lock on the version makes
-- recomputations of one user take turns. Of many users it is called in the order of their ids, as whoever else locks several
-- goes by.
--
-- It is a function because its statements sent one by one took more than twice as long. Its plans are made while tables may
-- be empty, and kept while they grow: the settings have rows come by their index whatever the statistics say. They have to be
-- kept: the planner calls those for arrays it knows shorter, and making them anew at each call took three quarters of its time.
--
-- Returns when the oldest of the changes was made; null when there was nothing to do: no change waits, or the user is gone.
CREATE OR REPLACE FUNCTION recompute_statistics(subject bigint) RETURNS timestamptz LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  started timestamptz := clock_timestamp();
  oldest timestamptz;
  days date[];
  months date[];
BEGIN
  IF NOT EXISTS (SELECT FROM outbox WHERE user_id = subject) THEN
    RETURN NULL;
  END IF;

  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);

  -- The user first: their deletion takes the locks in this order too.
  PERFORM FROM users WHERE id = subject FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;

  -- Microseconds, not a count: a version that a crash took back is never given to other figures.
  INSERT INTO statistics_versions (user_id, version, computed_at)
  VALUES (subject, (extract(epoch FROM started) * 1000000)::bigint, started)
  ON CONFLICT (user_id) DO UPDATE SET
    version = greatest(statistics_versions.version + 1, excluded.version),
    computed_at = greatest(statistics_versions.computed_at, excluded.computed_at);

  WITH answered AS (
    DELETE FROM outbox WHERE user_id = subject
    RETURNING coalesce(outbox.days, ARRAY[day]) AS touched, created_at)
  SELECT min(created_at), array_agg(DISTINCT day), array_agg(DISTINCT date_trunc('month', day)::date)
  INTO oldest, days, months FROM answered, unnest(touched) AS day;
  IF days IS NULL THEN
    RETURN NULL;
  END IF;

  IF cardinality(days) > 1 AND NOT EXISTS (SELECT FROM daily_statistics WHERE user_id = subject) THEN
    -- There are no days but those that changed: all transactions are read in one go.
    INSERT INTO daily_statistics (user_id, date, currency, transaction_count, total_credit, total_debit)
    SELECT subject, figures.* FROM ledger_days(subject, '-infinity', 'infinity') AS figures;
  ELSE
    DELETE FROM daily_statistics WHERE user_id = subject AND date = ANY (days);
    INSERT INTO daily_statistics (user_id, date, currency, transaction_count, total_credit, total_debit)
    SELECT subject, figures.*
    FROM unnest(days) AS touched (day)
    CROSS JOIN LATERAL ledger_days(subject, touched.day, touched.day) AS figures;
  END IF;

  DELETE FROM monthly_statistics WHERE user_id = subject AND month = ANY (months);
  INSERT INTO monthly_statistics (
    user_id, month, currency, transaction_count, total_credit, total_debit, busiest_date, busiest_count)
  SELECT subject, touched.month, figures.*
  FROM unnest(months) AS touched (month)
  CROSS JOIN LATERAL (
    SELECT currency, sum(transaction_count)::int, sum(total_credit), sum(total_debit),
      busiest_day(max(busyness(transaction_count, date))), max(transaction_count)
    FROM daily_statistics
    WHERE user_id = subject AND date >= touched.month AND date < touched.month + interval '1 month'
    GROUP BY currency) AS figures;

  DELETE FROM user_statistics AS total
  WHERE user_id = subject AND NOT EXISTS (
    SELECT FROM monthly_statistics AS monthly
    WHERE monthly.user_id = total.user_id AND monthly.currency = total.currency);
  INSERT INTO user_statistics (
    user_id, currency, transaction_count, total_credit, total_debit, busiest_date, busiest_count)
  SELECT subject, currency, sum(transaction_count)::int, sum(total_credit), sum(total_debit),
    busiest_day(max(busyness(busiest_count, busiest_date))), max(busiest_count)
  FROM monthly_statistics WHERE user_id = subject GROUP BY currency
  ON CONFLICT (user_id, currency) DO UPDATE SET
    transaction_count = excluded.transaction_count,
    total_credit = excluded.total_credit,
    total_debit = excluded.total_debit,
    busiest_date = excluded.busiest_date,
    busiest_count = excluded.busiest_count;

  RETURN oldest;
END
$$;
