-- Recomputes the changed days of users, the months of those days, and the users' totals. It deletes the outbox rows of these
-- changes in the same database transaction. It computes figures from the ledger and never adds to them, so running twice,
-- late or out of order gives the same figures. Its cost depends on the days that changed, not on the length of the history.
--
-- Why it is exact: each outbox row became visible together with its change. Every statement here sees at least what the
-- statement saw that deletes the outbox rows. A later change brings its own row. The lock on the version makes recomputations
-- of one user take turns. Users are locked first, then versions, each in the order of ids, as everywhere else.
--
-- It is a function because its statements sent one by one took more than twice as long. It takes many users because a call
-- for each took twice as long after a load that touched one day of many users. If the ledger is spread by user, the others
-- have to be stored on the machine of the first, subject.
--
-- It leaves an outbox row for each of the users, from which another consumer computes the credit score. A row that waits
-- already is replaced, not kept: it may be answered from the figures of before this commit. It also leaves one with the
-- transactions that may deserve an alert by the rules given, which another consumer looks at. Users whose figures changed get a
-- pending event.
--
-- Rows of figures are updated where they are: their keys stay, so indexes are not written. Only a change other than a creation
-- can leave a day, a month or a currency without transactions.
--
-- Its plans are made while tables may be empty, and kept while they grow. They have to be kept: the planner rates plans for
-- known arrays as cheaper, and planning anew at each call took half of the time. So the settings force access by index
-- whatever the statistics say. Rows of a user are looked up for each user, as a join may read a whole table in the order of an
-- index.
--
-- Returns the users that had changes, and when the oldest of their changes was made. It leaves out users without changes and
-- deleted users.
CREATE OR REPLACE FUNCTION recompute_statistics(subject bigint, others bigint[] DEFAULT '{}', rules jsonb DEFAULT NULL)
RETURNS TABLE (user_id bigint, oldest timestamptz) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  started timestamptz := clock_timestamp();
  present bigint[];
  users_of_days bigint[];
  days date[];
  users_of_months bigint[];
  months date[];
  answered_users bigint[];
  answered_since timestamptz[];
  answered_requests varchar[];
  authors bigint[];
  written bigint[];
  may_vanish boolean;
  known bigint[];
  fresh bigint[];
  vanished bigint[];
  changed bigint[];
BEGIN
  SELECT array_agg(waiting.id ORDER BY waiting.id) INTO present
  FROM unnest(subject || others) AS waiting (id)
  WHERE (SELECT true FROM outbox WHERE outbox.user_id = waiting.id AND outbox.day IS NOT NULL LIMIT 1);
  IF present IS NULL THEN
    RETURN;
  END IF;

  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);

  -- Nobody waits long for a user of the same batch whom somebody else has locked: a batch that fails is split.
  IF cardinality(present) > 1 THEN
    PERFORM set_config('lock_timeout', '3s', true);
  END IF;
  -- The users first: their deletion takes the locks in this order too.
  SELECT array_agg(locked.id) INTO present
  FROM (SELECT id FROM users WHERE id = ANY (present) ORDER BY id FOR KEY SHARE) AS locked;

  -- Microseconds, not a count: a version that a crash took back is never given to other figures.
  INSERT INTO statistics_versions (user_id, version, computed_at)
  SELECT one, (extract(epoch FROM started) * 1000000)::bigint, started FROM unnest(present) AS one
  ON CONFLICT (user_id) DO UPDATE SET
    version = greatest(statistics_versions.version + 1, excluded.version),
    computed_at = greatest(statistics_versions.computed_at, excluded.computed_at);

  WITH answered AS (
    DELETE FROM outbox WHERE user_id = ANY (present) AND day IS NOT NULL
    RETURNING user_id, type, created_at, request_id, coalesce(days, ARRAY[day]) AS days, subjects),
  touched AS (
    SELECT DISTINCT user_id, day FROM answered, unnest(days) AS day ORDER BY 1, 2),
  by_user AS (
    SELECT user_id, min(created_at) AS oldest, max(request_id) AS request_id FROM answered GROUP BY 1),
  by_month AS (
    SELECT DISTINCT user_id, date_trunc('month', day)::date AS month FROM touched ORDER BY 1, 2),
  by_transaction AS (
    SELECT DISTINCT user_id, id FROM answered, unnest(subjects) AS id)
  SELECT
    (SELECT array_agg(user_id) FROM by_user), (SELECT array_agg(oldest) FROM by_user),
    (SELECT array_agg(request_id) FROM by_user),
    (SELECT array_agg(user_id) FROM touched), (SELECT array_agg(day) FROM touched),
    (SELECT array_agg(user_id) FROM by_month), (SELECT array_agg(month) FROM by_month),
    (SELECT array_agg(user_id) FROM by_transaction), (SELECT array_agg(id) FROM by_transaction),
    EXISTS (SELECT FROM answered WHERE type <> 'transaction.created')
  INTO answered_users, answered_since, answered_requests, users_of_days, days, users_of_months, months, authors, written,
    may_vanish;
  IF days IS NULL THEN
    RETURN;
  END IF;

  -- Who has no figures yet has no days but those that changed: all of their transactions are read in one go.
  SELECT array_agg(one) FILTER (WHERE has_figures), array_agg(one) FILTER (WHERE NOT has_figures)
  INTO known, fresh
  FROM unnest(answered_users) AS one,
    LATERAL (SELECT EXISTS (
      SELECT FROM daily_statistics WHERE daily_statistics.user_id = one) AS has_figures) AS asked;

  IF may_vanish THEN
    WITH gone AS (
      DELETE FROM daily_statistics WHERE ctid = ANY (ARRAY (
        SELECT own.ctid FROM unnest(users_of_days, days) AS touched (user_id, day)
        CROSS JOIN LATERAL (
          SELECT daily.ctid, daily.currency FROM daily_statistics AS daily
          WHERE daily.user_id = touched.user_id AND daily.date = touched.day OFFSET 0) AS own
        WHERE NOT EXISTS (
          SELECT FROM ledger_days(touched.user_id, touched.day, touched.day) AS figures
          WHERE figures.currency = own.currency OFFSET 0)))
      RETURNING user_id)
    SELECT array_agg(user_id) INTO vanished FROM gone;
  END IF;
  WITH stored AS (
    INSERT INTO daily_statistics AS daily (
      user_id, date, currency, transaction_count, total_credit, total_debit, total_squares)
    SELECT touched.user_id, figures.*
    FROM unnest(users_of_days, days) AS touched (user_id, day)
    CROSS JOIN LATERAL ledger_days(touched.user_id, touched.day, touched.day) AS figures
    WHERE touched.user_id = ANY (known)
    UNION ALL
    SELECT one, figures.*
    FROM unnest(fresh) AS one CROSS JOIN LATERAL ledger_days(one, '-infinity', 'infinity') AS figures
    ON CONFLICT (user_id, currency, date) DO UPDATE SET
      transaction_count = excluded.transaction_count,
      total_credit = excluded.total_credit,
      total_debit = excluded.total_debit,
      total_squares = excluded.total_squares
    WHERE daily.transaction_count <> excluded.transaction_count OR daily.total_credit <> excluded.total_credit
      OR daily.total_debit <> excluded.total_debit OR daily.total_squares <> excluded.total_squares
    RETURNING user_id)
  SELECT array_agg(user_id) INTO changed FROM stored;

  IF may_vanish THEN
    DELETE FROM monthly_statistics WHERE ctid = ANY (ARRAY (
      SELECT own.ctid FROM unnest(users_of_months, months) AS touched (user_id, month)
      CROSS JOIN LATERAL (
        SELECT monthly.ctid FROM monthly_statistics AS monthly
        WHERE monthly.user_id = touched.user_id AND monthly.month = touched.month AND (
          SELECT true FROM daily_statistics AS daily
          WHERE daily.user_id = monthly.user_id AND daily.currency = monthly.currency
            AND daily.date >= monthly.month AND daily.date < monthly.month + interval '1 month' LIMIT 1) IS NULL
        OFFSET 0) AS own));
  END IF;
  INSERT INTO monthly_statistics (
    user_id, month, currency, transaction_count, total_credit, total_debit, total_squares, busiest_date, busiest_count)
  SELECT touched.user_id, touched.month, figures.*
  FROM unnest(users_of_months, months) AS touched (user_id, month)
  CROSS JOIN LATERAL (
    SELECT currency, sum(transaction_count)::int, sum(total_credit), sum(total_debit), sum(total_squares),
      busiest_day(max(busyness(transaction_count, date))), max(transaction_count)
    FROM daily_statistics
    WHERE daily_statistics.user_id = touched.user_id
      AND date >= touched.month AND date < touched.month + interval '1 month'
    GROUP BY currency) AS figures
  ON CONFLICT (user_id, currency, month) DO UPDATE SET
    transaction_count = excluded.transaction_count,
    total_credit = excluded.total_credit,
    total_debit = excluded.total_debit,
    total_squares = excluded.total_squares,
    busiest_date = excluded.busiest_date,
    busiest_count = excluded.busiest_count;

  IF may_vanish THEN
    DELETE FROM user_statistics AS total
    WHERE user_id = ANY (answered_users) AND (
      SELECT true FROM monthly_statistics AS monthly
      WHERE monthly.user_id = total.user_id AND monthly.currency = total.currency LIMIT 1) IS NULL;
  END IF;
  INSERT INTO user_statistics (
    user_id, currency, transaction_count, total_credit, total_debit, busiest_date, busiest_count)
  SELECT one, figures.*
  FROM unnest(answered_users) AS one
  CROSS JOIN LATERAL (
    SELECT currency, sum(transaction_count)::int, sum(total_credit), sum(total_debit),
      busiest_day(max(busyness(busiest_count, busiest_date))), max(busiest_count)
    FROM monthly_statistics WHERE monthly_statistics.user_id = one GROUP BY currency) AS figures
  ON CONFLICT (user_id, currency) DO UPDATE SET
    transaction_count = excluded.transaction_count,
    total_credit = excluded.total_credit,
    total_debit = excluded.total_debit,
    busiest_date = excluded.busiest_date,
    busiest_count = excluded.busiest_count;

  INSERT INTO pending_events (user_id, type, data)
  SELECT one, 'statistics.updated', jsonb_build_object('user_id', one)
  FROM (SELECT DISTINCT unnest(changed || vanished) AS one) AS users_of_changes;

  IF written IS NOT NULL THEN
    INSERT INTO outbox (user_id, type, subjects, request_id)
    SELECT one, 'transactions.written', found.ids, request
    FROM (
      SELECT user_id, array_agg(id) AS ids FROM alert_suspects(authors, written, rules) GROUP BY user_id) AS found
    JOIN unnest(answered_users, answered_requests) AS answer (one, request) ON one = found.user_id;
  END IF;

  -- So a score that keeps failing has no more than one row waiting. A row that is about to be claimed stays.
  DELETE FROM outbox WHERE ctid = ANY (ARRAY (
    SELECT waiting.ctid FROM outbox AS waiting
    WHERE waiting.user_id = ANY (answered_users) AND waiting.enqueued_at IS NULL AND waiting.type = 'statistics.updated'
    FOR UPDATE SKIP LOCKED));
  INSERT INTO outbox (user_id, type, subject_id, request_id)
  SELECT one, 'statistics.updated', one, request FROM unnest(answered_users, answered_requests) AS answer (one, request);

  RETURN QUERY SELECT * FROM unnest(answered_users, answered_since);
END
$$;
