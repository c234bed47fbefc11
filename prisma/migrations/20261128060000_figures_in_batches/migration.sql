-- Rows that were never sent, by age: an order that no other index has, so that rows on their way are not read as well. Figures
-- have an index of their own, so that a claim of them does not step over scores and alerts, which yield.
DROP INDEX "outbox_new_idx";
CREATE INDEX "outbox_new_idx" ON "outbox" ("created_at", "id") WHERE "enqueued_at" IS NULL
  AND "type" <> ALL ('{statistics.updated,credit_score.outdated,transactions.written,credit_score.fell}');
CREATE INDEX "outbox_yielding_idx" ON "outbox" ("created_at", "id") WHERE "enqueued_at" IS NULL
  AND "type" = ANY ('{statistics.updated,credit_score.outdated,transactions.written,credit_score.fell}');

DROP FUNCTION claim_outbox(integer);
DROP FUNCTION score_inputs(bigint, date);
DROP FUNCTION store_credit_score(bigint, bigint[], bigint, smallint, jsonb, integer, date);
DROP FUNCTION note_credit_score() CASCADE;
DROP FUNCTION raise_alerts(bigint, jsonb);
DROP FUNCTION find_alerts(bigint, bigint[], bigint[], jsonb);
DROP TRIGGER outbox_after_fall ON credit_score_history;

-- Claims rows that were never enqueued, oldest first, and returns them: up to `most` of those that do not yield, and if
-- `yielding` as many of those that do, which are what scores and alerts are made of (`yields` in catalogue.ts). A user's changes
-- wait while another of theirs is enqueued for the same work: its job handles them all. So a user has one job at a time for
-- figures, and one for the score. Requests for reports and imports never wait.
--
-- The two have an index each: however many scores wait, no claim of figures steps over them.
--
-- The settings leave the planner one plan. Autovacuum may have gathered statistics while the outbox was empty. The planner
-- then rates every plan as equally cheap, and once chose one that ran the inner query again for each row.
-- `= ANY (ARRAY (SELECT …))` runs it once. Rows come in index order, so it reads only the first ones, however many wait.
CREATE OR REPLACE FUNCTION claim_outbox(most integer, yielding boolean DEFAULT true)
RETURNS TABLE (id bigint, user_id bigint, type text, subject_id bigint, request_id varchar) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
  WHERE outbox.id = ANY (ARRAY (
    SELECT candidate.id FROM outbox AS candidate
    WHERE candidate.enqueued_at IS NULL
      AND candidate.type <> ALL ('{statistics.updated,credit_score.outdated,transactions.written,credit_score.fell}')
      AND NOT EXISTS (
        SELECT FROM outbox AS sent
        WHERE sent.user_id = candidate.user_id AND sent.enqueued_at IS NOT NULL
          AND outbox_turn(sent.type, sent.day) = outbox_turn(candidate.type, candidate.day))
    ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id;
  IF yielding THEN
    RETURN QUERY
    UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
    WHERE outbox.id = ANY (ARRAY (
      SELECT candidate.id FROM outbox AS candidate
      WHERE candidate.enqueued_at IS NULL
        AND candidate.type = ANY ('{statistics.updated,credit_score.outdated,transactions.written,credit_score.fell}')
        AND NOT EXISTS (
          SELECT FROM outbox AS sent
          WHERE sent.user_id = candidate.user_id AND sent.enqueued_at IS NOT NULL
            AND outbox_turn(sent.type, sent.day) = outbox_turn(candidate.type, candidate.day))
      ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id;
  END IF;
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
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
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
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  present bigint[];
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
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

  DELETE FROM outbox
  WHERE user_id = ANY (present) AND id = ANY (ARRAY (
    SELECT unnest(answered) FROM jsonb_to_recordset(scores) AS given (answered bigint[])));
END
$$;

-- credit_score.changed: notes credit scores that changed, by value or by formula, in the history, whoever stores them, and
-- writes a pending event for each that did by value. Every change passes here. A new formula changes nothing for whom no
-- formula scores.
CREATE OR REPLACE FUNCTION note_credit_scores() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = on
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO credit_score_history (user_id, score, formula_version, computed_at)
    SELECT user_id, score, formula_version, computed_at FROM new_rows WHERE score IS NOT NULL;
    INSERT INTO pending_events (user_id, type, data)
    SELECT user_id, 'credit_score.changed', jsonb_build_object('user_id', user_id) FROM new_rows WHERE score IS NOT NULL;
  ELSE
    INSERT INTO credit_score_history (user_id, score, formula_version, computed_at)
    SELECT changed.user_id, changed.score, changed.formula_version, changed.computed_at
    FROM new_rows AS changed JOIN old_rows AS former USING (user_id)
    WHERE former.score IS DISTINCT FROM changed.score
      OR former.formula_version <> changed.formula_version AND changed.score IS NOT NULL;
    INSERT INTO pending_events (user_id, type, data)
    SELECT changed.user_id, 'credit_score.changed', jsonb_build_object('user_id', changed.user_id)
    FROM new_rows AS changed JOIN old_rows AS former USING (user_id)
    WHERE former.score IS DISTINCT FROM changed.score;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER note_credit_scores AFTER INSERT ON credit_scores
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION note_credit_scores();

CREATE OR REPLACE TRIGGER note_credit_scores_changed AFTER UPDATE ON credit_scores
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION note_credit_scores();

-- credit_score.fell: writes an outbox row when a credit score is lower than the one before it by the same formula. A job
-- decides whether it fell far enough for an alert. A new formula that gives less is no fall.
CREATE OR REPLACE FUNCTION outbox_after_fall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, subject_id)
  SELECT user_id, 'credit_score.fell', id FROM new_rows
  WHERE score IS NOT NULL AND score_before(user_id, id, formula_version) > score;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_fall AFTER INSERT ON credit_score_history
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_fall();

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

-- Raises the alerts that users' outbox rows give cause for, deletes those rows in the same database transaction, and returns
-- the kinds of the alerts. Each outbox row became visible together with its cause, so none is missed. A cause raises one alert,
-- however often a job runs. Deleted users get none.
--
-- Its plans are made while tables may be empty, and kept while they grow: the settings are those of recompute_statistics.
CREATE OR REPLACE FUNCTION raise_alerts(subjects bigint[], rules jsonb) RETURNS SETOF text LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
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
