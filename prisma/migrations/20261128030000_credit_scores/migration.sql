-- Credit scores, and the scores of the past. Both are of the ledger: every key holds the user.
CREATE TABLE "credit_scores" (
  "user_id" BIGINT NOT NULL,
  "score" SMALLINT,
  "factors" JSONB NOT NULL,
  "formula_version" INTEGER NOT NULL,
  "statistics_version" BIGINT NOT NULL,
  "next_day" DATE,
  "computed_at" TIMESTAMPTZ(3) NOT NULL,

  CONSTRAINT "credit_scores_pkey" PRIMARY KEY ("user_id"),
  CONSTRAINT "credit_scores_score_check" CHECK ("score" BETWEEN 300 AND 850),
  CONSTRAINT "credit_scores_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id")
    ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE INDEX "credit_scores_formula_version_user_id_idx" ON "credit_scores" ("formula_version", "user_id");
CREATE INDEX "credit_scores_next_day_user_id_idx" ON "credit_scores" ("next_day", "user_id");

CREATE TABLE "credit_score_history" (
  "id" BIGSERIAL NOT NULL,
  "user_id" BIGINT NOT NULL,
  "score" SMALLINT,
  "formula_version" INTEGER NOT NULL,
  "computed_at" TIMESTAMPTZ(3) NOT NULL,

  CONSTRAINT "credit_score_history_pkey" PRIMARY KEY ("id", "user_id"),
  CONSTRAINT "credit_score_history_score_check" CHECK ("score" BETWEEN 300 AND 850),
  CONSTRAINT "credit_score_history_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id")
    ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE INDEX "credit_score_history_user_id_id_idx" ON "credit_score_history" ("user_id", "id" DESC);

ALTER TABLE "outbox" DROP CONSTRAINT "outbox_type_check";
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_type_check" CHECK ("type" IN (
    'transaction.created', 'transaction.updated', 'transaction.deleted', 'statistics.drifted',
    'statistics.updated', 'credit_score.outdated',
    'report.requested', 'import.requested',
    'welcome_mail.requested', 'verification_mail.requested', 'reset_mail.requested'));

-- The sweep finds users with figures by this formula, and has them scored in batches.
INSERT INTO "credit_scores" ("user_id", "factors", "formula_version", "statistics_version", "computed_at")
SELECT "user_id", '[]', 0, 0, "computed_at" FROM "statistics_versions";

-- Which work an outbox row waits for its turn at: a user has one job at a time for each. Changes of days wait for `figures`,
-- what changes a credit score for `score`. Null for requests, which never wait. PostgreSQL inlines this function.
CREATE OR REPLACE FUNCTION outbox_turn(type text, day date) RETURNS text LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE
    WHEN day IS NOT NULL THEN 'figures'
    WHEN type IN ('statistics.updated', 'credit_score.outdated') THEN 'score'
  END
$$;

-- Notes a credit score that changed, by value or by formula, in the history, whoever stores it. Every change passes here.
CREATE OR REPLACE FUNCTION note_credit_score() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO credit_score_history (user_id, score, formula_version, computed_at)
  VALUES (NEW.user_id, NEW.score, NEW.formula_version, NEW.computed_at);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER note_credit_score AFTER INSERT ON credit_scores
  FOR EACH ROW WHEN (NEW.score IS NOT NULL)
  EXECUTE FUNCTION note_credit_score();

-- A new formula changes nothing for whom no formula scores.
CREATE OR REPLACE TRIGGER note_credit_score_changed AFTER UPDATE ON credit_scores
  FOR EACH ROW WHEN (OLD.score IS DISTINCT FROM NEW.score
    OR OLD.formula_version <> NEW.formula_version AND NEW.score IS NOT NULL)
  EXECUTE FUNCTION note_credit_score();

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

-- Stores a user's credit score, and deletes the outbox rows that it answers, in one database transaction. A score of older
-- figures never replaces one of newer figures, so computing twice, late or out of order gives the same. A deleted user gets
-- none. A change of the score is noted by the trigger note_credit_score.
CREATE OR REPLACE FUNCTION store_credit_score(
  subject bigint, answered bigint[], figures bigint, score smallint, factors jsonb, formula integer, next_day date)
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_variable
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- The user first: their deletion takes the locks in this order too.
  PERFORM FROM users WHERE users.id = subject FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  INSERT INTO credit_scores AS stored (user_id, score, factors, formula_version, statistics_version, next_day, computed_at)
  VALUES (subject, score, factors, formula, figures, next_day, clock_timestamp())
  ON CONFLICT (user_id) DO UPDATE SET
    score = excluded.score,
    factors = excluded.factors,
    formula_version = excluded.formula_version,
    statistics_version = excluded.statistics_version,
    next_day = excluded.next_day,
    computed_at = excluded.computed_at
  WHERE stored.statistics_version <= excluded.statistics_version;

  DELETE FROM outbox WHERE outbox.user_id = subject AND outbox.id = ANY (answered);
END
$$;

-- credit_score.outdated: writes outbox rows for up to `most` users scored by an older formula, and as many for whom a day has
-- come that was in the future when they were scored. Users who wait for a score already get none. A worker of an older
-- release leaves scores of a newer formula alone, so two releases side by side do not undo each other's work.
--
-- Rows come in the order of an index, so that it reads only the first ones.
CREATE OR REPLACE FUNCTION enqueue_outdated_scores(formula integer, today date, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  enqueued integer;
BEGIN
  INSERT INTO outbox (user_id, type, subject_id)
  SELECT outdated.user_id, 'credit_score.outdated', outdated.user_id
  FROM (
    (SELECT scored.user_id FROM credit_scores AS scored
     WHERE scored.formula_version < formula AND NOT EXISTS (
       SELECT FROM outbox AS waiting
       WHERE waiting.user_id = scored.user_id AND outbox_turn(waiting.type, waiting.day) = 'score')
     ORDER BY scored.formula_version, scored.user_id LIMIT most)
    UNION
    (SELECT scored.user_id FROM credit_scores AS scored
     WHERE scored.next_day <= today AND NOT EXISTS (
       SELECT FROM outbox AS waiting
       WHERE waiting.user_id = scored.user_id AND outbox_turn(waiting.type, waiting.day) = 'score')
     ORDER BY scored.next_day, scored.user_id LIMIT most)) AS outdated;
  GET DIAGNOSTICS enqueued = ROW_COUNT;
  RETURN enqueued;
END
$$;

-- Claims rows that were never enqueued, oldest first, and returns them. A user's changes wait while another of theirs is
-- enqueued for the same work: its job handles them all. So a user has one job at a time for figures, and one for the score.
-- Requests for reports and imports never wait.
--
-- The settings leave the planner one plan. Autovacuum may have gathered statistics while the outbox was empty. The planner
-- then rates every plan as equally cheap, and once chose one that ran the inner query again for each row.
-- `= ANY (ARRAY (SELECT …))` runs it once. Rows come in index order, so it reads only the first ones, however many wait.
CREATE OR REPLACE FUNCTION claim_outbox(most integer)
RETURNS TABLE (id bigint, user_id bigint, type text, subject_id bigint, request_id varchar) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
  WHERE outbox.id = ANY (ARRAY (
    SELECT candidate.id FROM outbox AS candidate
    WHERE candidate.enqueued_at IS NULL AND NOT EXISTS (
      SELECT FROM outbox AS sent
      WHERE sent.user_id = candidate.user_id AND sent.enqueued_at IS NOT NULL
        AND outbox_turn(sent.type, sent.day) = outbox_turn(candidate.type, candidate.day))
    ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id;
END
$$;

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
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
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
    INSERT INTO daily_statistics (user_id, date, currency, transaction_count, total_credit, total_debit)
    SELECT touched.user_id, figures.*
    FROM unnest(users_of_days, days) AS touched (user_id, day)
    CROSS JOIN LATERAL ledger_days(touched.user_id, touched.day, touched.day) AS figures
    WHERE touched.user_id = ANY (known);
  END IF;
  IF fresh IS NOT NULL THEN
    INSERT INTO daily_statistics (user_id, date, currency, transaction_count, total_credit, total_debit)
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
  DELETE FROM outbox WHERE id = ANY (ARRAY (
    SELECT waiting.id FROM outbox AS waiting
    WHERE waiting.user_id = ANY (answered_users) AND waiting.enqueued_at IS NULL AND waiting.type = 'statistics.updated'
    FOR UPDATE SKIP LOCKED));
  INSERT INTO outbox (user_id, type, subject_id, request_id)
  SELECT one, 'statistics.updated', one, request FROM unnest(answered_users, answered_requests) AS answer (one, request);

  RETURN QUERY SELECT * FROM unnest(answered_users, answered_since);
END
$$;
