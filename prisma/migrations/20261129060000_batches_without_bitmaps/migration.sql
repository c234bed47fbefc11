-- Batches find outbox rows by plain index scans: those pass over the dead rows of a load from the second time on, and bitmaps read
-- them again for each user.

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
-- already is replaced, not kept: it may be answered from the figures of before this commit.
--
-- Its plans are made while tables may be empty, and kept while they grow. They have to be kept: the planner rates plans for
-- known arrays as cheaper, and planning anew at each call took half of the time. So the settings force access by index
-- whatever the statistics say. Rows of a user are looked up for each user, as a join may read a whole table in the order of an
-- index.
--
-- Returns the users that had changes, and when the oldest of their changes was made. It leaves out users without changes and
-- deleted users.
CREATE OR REPLACE FUNCTION recompute_statistics(subject bigint, others bigint[] DEFAULT '{}')
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
  known bigint[];
  fresh bigint[];
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
    RETURNING user_id, created_at, request_id, coalesce(days, ARRAY[day]) AS days),
  touched AS (
    SELECT DISTINCT user_id, day FROM answered, unnest(days) AS day ORDER BY 1, 2),
  by_user AS (
    SELECT user_id, min(created_at) AS oldest, max(request_id) AS request_id FROM answered GROUP BY 1),
  by_month AS (
    SELECT DISTINCT user_id, date_trunc('month', day)::date AS month FROM touched ORDER BY 1, 2)
  SELECT
    (SELECT array_agg(user_id) FROM by_user), (SELECT array_agg(oldest) FROM by_user),
    (SELECT array_agg(request_id) FROM by_user),
    (SELECT array_agg(user_id) FROM touched), (SELECT array_agg(day) FROM touched),
    (SELECT array_agg(user_id) FROM by_month), (SELECT array_agg(month) FROM by_month)
  INTO answered_users, answered_since, answered_requests, users_of_days, days, users_of_months, months;
  IF days IS NULL THEN
    RETURN;
  END IF;

  -- Who has no figures yet has no days but those that changed: all of their transactions are read in one go.
  SELECT array_agg(one) FILTER (WHERE has_figures), array_agg(one) FILTER (WHERE NOT has_figures)
  INTO known, fresh
  FROM unnest(answered_users) AS one,
    LATERAL (SELECT EXISTS (
      SELECT FROM daily_statistics WHERE daily_statistics.user_id = one) AS has_figures) AS asked;

  IF known IS NOT NULL THEN
    DELETE FROM daily_statistics WHERE ctid = ANY (ARRAY (
      SELECT own.ctid FROM unnest(users_of_days, days) AS touched (user_id, day)
      CROSS JOIN LATERAL (
        SELECT daily.ctid FROM daily_statistics AS daily
        WHERE daily.user_id = touched.user_id AND daily.date = touched.day OFFSET 0) AS own
      WHERE touched.user_id = ANY (known)));
    INSERT INTO daily_statistics (user_id, date, currency, transaction_count, total_credit, total_debit, total_squares)
    SELECT touched.user_id, figures.*
    FROM unnest(users_of_days, days) AS touched (user_id, day)
    CROSS JOIN LATERAL ledger_days(touched.user_id, touched.day, touched.day) AS figures
    WHERE touched.user_id = ANY (known);
  END IF;
  IF fresh IS NOT NULL THEN
    INSERT INTO daily_statistics (user_id, date, currency, transaction_count, total_credit, total_debit, total_squares)
    SELECT one, figures.*
    FROM unnest(fresh) AS one CROSS JOIN LATERAL ledger_days(one, '-infinity', 'infinity') AS figures;
  END IF;

  DELETE FROM monthly_statistics WHERE ctid = ANY (ARRAY (
    SELECT own.ctid FROM unnest(users_of_months, months) AS touched (user_id, month)
    CROSS JOIN LATERAL (
      SELECT monthly.ctid FROM monthly_statistics AS monthly
      WHERE monthly.user_id = touched.user_id AND monthly.month = touched.month OFFSET 0) AS own));
  INSERT INTO monthly_statistics (
    user_id, month, currency, transaction_count, total_credit, total_debit, busiest_date, busiest_count)
  SELECT touched.user_id, touched.month, figures.*
  FROM unnest(users_of_months, months) AS touched (user_id, month)
  CROSS JOIN LATERAL (
    SELECT currency, sum(transaction_count)::int, sum(total_credit), sum(total_debit),
      busiest_day(max(busyness(transaction_count, date))), max(transaction_count)
    FROM daily_statistics
    WHERE daily_statistics.user_id = touched.user_id
      AND date >= touched.month AND date < touched.month + interval '1 month'
    GROUP BY currency) AS figures;

  DELETE FROM user_statistics AS total
  WHERE user_id = ANY (answered_users) AND (
    SELECT true FROM monthly_statistics AS monthly
    WHERE monthly.user_id = total.user_id AND monthly.currency = total.currency LIMIT 1) IS NULL;
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

-- Raises the alerts that users' outbox rows give cause for, deletes those rows in the same database transaction, and returns
-- the kinds of the alerts. Each outbox row became visible together with its cause, so none is missed. A cause raises one alert,
-- however often a job runs. Deleted users get none.
--
-- Its plans are made while tables may be empty, and kept while they grow: the settings are those of recompute_statistics.
CREATE OR REPLACE FUNCTION raise_alerts(subjects bigint[], rules jsonb) RETURNS SETOF text LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  present bigint[];
  authors bigint[];
  written bigint[];
  scored bigint[];
  fallen bigint[];
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- Nobody waits long for a user of the same batch whom somebody else has locked: a batch that fails is split.
  IF cardinality(raise_alerts.subjects) > 1 THEN
    PERFORM set_config('lock_timeout', '3s', true);
  END IF;
  -- The users first, in the order of ids, as everywhere else: their deletion takes the locks in this order too.
  SELECT array_agg(locked.id) INTO present
  FROM (SELECT id FROM users WHERE id = ANY (raise_alerts.subjects) ORDER BY id FOR KEY SHARE) AS locked;
  IF present IS NULL THEN
    RETURN;
  END IF;

  WITH answered AS (
    DELETE FROM outbox WHERE outbox.user_id = ANY (present) AND outbox_turn(outbox.type, outbox.day) = 'alerts'
    RETURNING user_id, subjects, subject_id),
  of_transactions AS (
    SELECT DISTINCT user_id, id FROM answered, unnest(answered.subjects) AS id),
  of_scores AS (
    SELECT user_id, subject_id FROM answered WHERE subject_id IS NOT NULL)
  SELECT
    (SELECT array_agg(user_id) FROM of_transactions), (SELECT array_agg(id) FROM of_transactions),
    (SELECT array_agg(user_id) FROM of_scores), (SELECT array_agg(subject_id) FROM of_scores)
  INTO authors, written, scored, fallen;
  IF written IS NULL AND fallen IS NULL THEN
    RETURN;
  END IF;

  RETURN QUERY
  INSERT INTO alerts (
    user_id, kind, cause, transaction_id, currency, amount, day, transaction_count, threshold, score, previous_score)
  SELECT * FROM find_alerts(authors, written, scored, fallen, rules)
  ON CONFLICT (user_id, kind, cause) DO NOTHING
  RETURNING alerts.kind::text;
END
$$;

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

-- Stores credit scores of users, and deletes the outbox rows that they answer, in one database transaction. A score of older
-- figures never replaces one of newer figures, so computing twice, late or out of order gives the same. Deleted users get
-- none. Changes of scores are noted by the trigger note_credit_scores.
CREATE OR REPLACE FUNCTION store_credit_scores(scores jsonb, formula integer) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  present bigint[];
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- Nobody waits long for a user of the same batch whom somebody else has locked: a batch that fails is split.
  IF jsonb_array_length(scores) > 1 THEN
    PERFORM set_config('lock_timeout', '3s', true);
  END IF;
  -- The users first, in the order of ids, as everywhere else: their deletion takes the locks in this order too.
  SELECT array_agg(locked.id) INTO present
  FROM (
    SELECT id FROM users
    WHERE id = ANY (ARRAY (SELECT (score ->> 'user_id')::bigint FROM jsonb_array_elements(scores) AS score))
    ORDER BY id FOR KEY SHARE) AS locked;
  IF present IS NULL THEN
    RETURN;
  END IF;

  INSERT INTO credit_scores AS stored (user_id, score, factors, formula_version, statistics_version, next_day, computed_at)
  SELECT user_id, score, factors, formula, version, next_day, clock_timestamp()
  FROM jsonb_to_recordset(scores) AS given (user_id bigint, version bigint, next_day date, score smallint, factors jsonb)
  WHERE user_id = ANY (present)
  ORDER BY user_id
  ON CONFLICT (user_id) DO UPDATE SET
    score = excluded.score,
    factors = excluded.factors,
    formula_version = excluded.formula_version,
    statistics_version = excluded.statistics_version,
    next_day = excluded.next_day,
    computed_at = excluded.computed_at
  WHERE stored.statistics_version <= excluded.statistics_version;

  -- Each user's rows are looked up for them: two arrays would be looked up by all of their pairs.
  DELETE FROM outbox WHERE ctid = ANY (ARRAY (
    SELECT own.ctid FROM jsonb_to_recordset(scores) AS given (user_id bigint, answered bigint[])
    CROSS JOIN LATERAL (
      SELECT row.ctid FROM outbox AS row
      WHERE row.user_id = given.user_id AND row.id = ANY (given.answered) FOR UPDATE OFFSET 0) AS own
    WHERE given.user_id = ANY (present)));
END
$$;
