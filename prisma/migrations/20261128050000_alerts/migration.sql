-- Alerts, a table of the ledger: every key holds the user.
CREATE TABLE "alerts" (
  "id" BIGSERIAL NOT NULL,
  "user_id" BIGINT NOT NULL,
  "kind" VARCHAR(17) NOT NULL,
  "cause" VARCHAR(64) NOT NULL,
  "status" VARCHAR(12) NOT NULL DEFAULT 'open',
  "transaction_id" BIGINT,
  "currency" VARCHAR(3),
  "amount" DECIMAL(17, 4),
  "day" DATE,
  "transaction_count" INTEGER,
  "threshold" DECIMAL,
  "score" SMALLINT,
  "previous_score" SMALLINT,
  "note" VARCHAR(1000),
  "acknowledged_by" BIGINT,
  "acknowledged_at" TIMESTAMPTZ(3),
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "alerts_pkey" PRIMARY KEY ("id", "user_id"),
  CONSTRAINT "alerts_kind_check" CHECK ("kind" IN ('large_transaction', 'unusual_velocity', 'score_drop')),
  CONSTRAINT "alerts_status_check" CHECK ("status" IN ('open', 'acknowledged')),
  CONSTRAINT "alerts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id")
    ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE UNIQUE INDEX "alerts_user_id_kind_cause_key" ON "alerts" ("user_id", "kind", "cause");
CREATE INDEX "alerts_user_id_id_idx" ON "alerts" ("user_id", "id" DESC);
CREATE INDEX "alerts_status_id_idx" ON "alerts" ("status", "id" DESC);
CREATE INDEX "alerts_kind_id_idx" ON "alerts" ("kind", "id" DESC);
CREATE INDEX "alerts_kind_status_id_idx" ON "alerts" ("kind", "status", "id" DESC);

ALTER TABLE "outbox" ADD COLUMN "subjects" BIGINT[];
ALTER TABLE "outbox" DROP CONSTRAINT "outbox_subject_check";
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_subject_check"
  CHECK (num_nonnulls("day", "subject_id", "subjects") = 1);
ALTER TABLE "outbox" DROP CONSTRAINT "outbox_type_check";
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_type_check" CHECK ("type" IN (
    'transaction.created', 'transaction.updated', 'transaction.deleted', 'statistics.drifted',
    'statistics.updated', 'credit_score.outdated', 'transactions.written', 'credit_score.fell',
    'report.requested', 'import.requested',
    'welcome_mail.requested', 'verification_mail.requested', 'reset_mail.requested', 'webhook_disabled_mail.requested'));

-- A day with a change in the outbox is computed anew, so what other transactions write meanwhile is not lost here.
ALTER TABLE "daily_statistics" ADD COLUMN "total_squares" DECIMAL NOT NULL DEFAULT 0;
UPDATE "daily_statistics" AS daily SET "total_squares" = ledger.squares
FROM (
  SELECT "user_id", "currency", ("transaction_date" AT TIME ZONE 'UTC')::date AS date,
    sum("transaction_amount" * "transaction_amount") AS squares
  FROM "transactions" GROUP BY 1, 2, 3) AS ledger
WHERE daily."user_id" = ledger."user_id" AND daily."currency" = ledger."currency" AND daily."date" = ledger.date;
ALTER TABLE "daily_statistics" ALTER COLUMN "total_squares" DROP DEFAULT;

DROP FUNCTION ledger_days(bigint, date, date);

-- Which work an outbox row waits for its turn at: a user has one job at a time for each. Changes of days wait for `figures`,
-- what changes a credit score for `score`, what may raise an alert for `alerts`. Null for requests, which never wait.
-- PostgreSQL inlines this function.
CREATE OR REPLACE FUNCTION outbox_turn(type text, day date) RETURNS text LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE
    WHEN day IS NOT NULL THEN 'figures'
    WHEN type IN ('statistics.updated', 'credit_score.outdated') THEN 'score'
    WHEN type IN ('transactions.written', 'credit_score.fell') THEN 'alerts'
  END
$$;

-- Sums a user's transactions for each UTC day of a period and each currency. This is the only place that adds up credits,
-- debits, and the squares of both, which alerts need. The period includes both ends, which may be infinite.
--
-- PostgreSQL inlines this function into the statements that use it, so that they find transactions by index. For a single
-- day it does not compute the date, and else it uses an offset instead of a zone name: those doubled the time of a busy day.
CREATE OR REPLACE FUNCTION ledger_days(subject bigint, first date, last date)
RETURNS TABLE (date date, currency varchar, transaction_count integer, total_credit numeric, total_debit numeric,
  total_squares numeric)
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN first = last THEN first ELSE (transaction_date AT TIME ZONE interval '0')::date END, currency,
    count(*)::int,
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'credit'), 0),
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'debit'), 0),
    sum(transaction_amount * transaction_amount)
  FROM transactions
  WHERE user_id = subject
    AND transaction_date >= first::timestamp AT TIME ZONE 'UTC'
    AND transaction_date < (last + 1)::timestamp AT TIME ZONE 'UTC'
  GROUP BY 1, 2
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
  DELETE FROM outbox WHERE id = ANY (ARRAY (
    SELECT waiting.id FROM outbox AS waiting
    WHERE waiting.user_id = ANY (answered_users) AND waiting.enqueued_at IS NULL AND waiting.type = 'statistics.updated'
    FOR UPDATE SKIP LOCKED));
  INSERT INTO outbox (user_id, type, subject_id, request_id)
  SELECT one, 'statistics.updated', one, request FROM unnest(answered_users, answered_requests) AS answer (one, request);

  RETURN QUERY SELECT * FROM unnest(answered_users, answered_since);
END
$$;

-- The days of a user whose stored statistics, or those of their month, differ from the ledger, and one day for each currency
-- whose totals differ. A single statement sees a single state. A user with a change in the outbox yields no days. For any
-- other user a difference means that something bypassed the recomputation.
CREATE OR REPLACE FUNCTION drifted_days(subject bigint) RETURNS SETOF date LANGUAGE sql STABLE
SET enable_seqscan = off
AS $$
  WITH ledger AS (SELECT * FROM ledger_days(subject, '-infinity', 'infinity')),
  daily AS MATERIALIZED (SELECT * FROM daily_statistics WHERE user_id = subject),
  different_days AS (
    SELECT date
    FROM ledger FULL JOIN daily USING (date, currency)
    WHERE (ledger.transaction_count, ledger.total_credit, ledger.total_debit, ledger.total_squares)
      IS DISTINCT FROM (daily.transaction_count, daily.total_credit, daily.total_debit, daily.total_squares)),
  months AS (
    SELECT date_trunc('month', date)::date AS month, currency, sum(transaction_count)::int AS transaction_count,
      sum(total_credit) AS total_credit, sum(total_debit) AS total_debit,
      max(busyness(transaction_count, date)) AS busyness
    FROM daily GROUP BY 1, 2),
  different_months AS (
    SELECT month AS date
    FROM months FULL JOIN (SELECT * FROM monthly_statistics WHERE user_id = subject) AS monthly USING (month, currency)
    WHERE (months.transaction_count, months.total_credit, months.total_debit, months.busyness)
      IS DISTINCT FROM (monthly.transaction_count, monthly.total_credit, monthly.total_debit,
        busyness(monthly.busiest_count, monthly.busiest_date))),
  totals AS (
    SELECT currency, sum(transaction_count)::int AS transaction_count, sum(total_credit) AS total_credit,
      sum(total_debit) AS total_debit, max(busyness) AS busyness
    FROM months GROUP BY 1),
  different_totals AS (
    SELECT coalesce(busiest_day(totals.busyness), total.busiest_date) AS date
    FROM totals FULL JOIN (SELECT * FROM user_statistics WHERE user_id = subject) AS total USING (currency)
    WHERE (totals.transaction_count, totals.total_credit, totals.total_debit, totals.busyness)
      IS DISTINCT FROM (total.transaction_count, total.total_credit, total.total_debit,
        busyness(total.busiest_count, total.busiest_date)))
  SELECT date FROM (
    SELECT date FROM different_days
    UNION SELECT date FROM different_months
    UNION SELECT date FROM different_totals) AS different
  WHERE NOT EXISTS (SELECT FROM outbox WHERE user_id = subject AND day IS NOT NULL)
$$;

-- The credit score that a user had before the one noted as `note`; null if there was none, or if it is of another formula.
CREATE OR REPLACE FUNCTION score_before(subject bigint, note bigint, formula integer) RETURNS smallint LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN former.formula_version = formula THEN former.score END
  FROM credit_score_history AS former
  WHERE former.user_id = subject AND former.id < note ORDER BY former.id DESC LIMIT 1
$$;

-- credit_score.fell: writes an outbox row when a credit score is lower than the one before it by the same formula. A job
-- decides whether it fell far enough for an alert. A new formula that gives less is no fall.
CREATE OR REPLACE FUNCTION outbox_after_fall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, subject_id)
  SELECT NEW.user_id, 'credit_score.fell', NEW.id WHERE score_before(NEW.user_id, NEW.id, NEW.formula_version) > NEW.score;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_fall AFTER INSERT ON credit_score_history
  FOR EACH ROW WHEN (NEW.score IS NOT NULL)
  EXECUTE FUNCTION outbox_after_fall();

-- transactions.written: writes an outbox row for each user whose transactions a statement created or gave another amount,
-- currency or day, with the ids of these, whoever writes. A job checks them for alerts.
--
-- The history that a file brings is not news: loads of files, whose connection sets passbook.file_load, leave none, and neither
-- do statements of more than 1,000 transactions, nor rotations of keys. Nor do deletions: no alert comes of what is gone.
CREATE OR REPLACE FUNCTION outbox_for_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('passbook.file_load', true) = 'on' OR current_setting('passbook.key_rotation', true) = 'on'
    OR (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 1001) AS counted) > 1000 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO outbox (user_id, type, subjects, request_id)
    SELECT user_id, 'transactions.written', array_agg(id), max(request_id) FROM new_rows GROUP BY user_id;
  ELSE
    INSERT INTO outbox (user_id, type, subjects, request_id)
    SELECT changed.user_id, 'transactions.written', array_agg(changed.id), max(changed.request_id)
    FROM new_rows AS changed JOIN old_rows AS former USING (id, user_id)
    WHERE (changed.transaction_amount, changed.currency, (changed.transaction_date AT TIME ZONE 'UTC')::date)
      IS DISTINCT FROM (former.transaction_amount, former.currency, (former.transaction_date AT TIME ZONE 'UTC')::date)
    GROUP BY changed.user_id;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_for_alerts_insert AFTER INSERT ON transactions
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_for_alerts();

CREATE OR REPLACE TRIGGER outbox_for_alerts_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_for_alerts();

-- The figures of a user's days in one currency from `first` to `last`, as the ledger has them at this moment: the stored ones,
-- and for days with a change in the outbox those of the ledger. A single statement sees a single state, so alerts do not depend
-- on how far the figures are.
CREATE OR REPLACE FUNCTION current_days(subject bigint, wanted varchar, first date, last date)
RETURNS TABLE (date date, transaction_count integer, total_amount numeric, total_squares numeric) LANGUAGE sql STABLE
AS $$
  WITH changed AS MATERIALIZED (
    SELECT DISTINCT changed_day
    FROM outbox AS waiting, unnest(coalesce(waiting.days, ARRAY[waiting.day])) AS changed_day
    WHERE waiting.user_id = subject AND waiting.day IS NOT NULL AND changed_day BETWEEN first AND last)
  SELECT daily.date, daily.transaction_count, daily.total_credit + daily.total_debit, daily.total_squares
  FROM daily_statistics AS daily
  WHERE daily.user_id = subject AND daily.currency = wanted AND daily.date BETWEEN first AND last
    AND daily.date <> ALL (ARRAY (SELECT changed_day FROM changed))
  UNION ALL
  SELECT figures.date, figures.transaction_count, figures.total_credit + figures.total_debit, figures.total_squares
  FROM changed CROSS JOIN LATERAL ledger_days(subject, changed_day, changed_day) AS figures
  WHERE figures.currency = wanted
$$;

-- Whether a value lies more than `deviations` standard deviations above the mean of `count` values, which have this sum and this
-- sum of squares. Exact: v > t/n + d √(q/n - t²/n²) is (nv - t)² > d² (nq - t²) where nv > t, and no number is rounded.
CREATE OR REPLACE FUNCTION is_unusual(value numeric, count numeric, total numeric, squares numeric, deviations numeric)
RETURNS boolean LANGUAGE sql IMMUTABLE
AS $$
  SELECT count * value > total
    AND (count * value - total) * (count * value - total) > deviations * deviations * (count * squares - total * total)
$$;

-- The value above which is_unusual holds, rounded down to ten-thousandths: for people to read. is_unusual decides.
CREATE OR REPLACE FUNCTION usual_limit(count numeric, total numeric, squares numeric, deviations numeric)
RETURNS numeric LANGUAGE sql IMMUTABLE
AS $$
  SELECT trunc((total + deviations * sqrt(count * squares - total * total)) / count, 4)
$$;

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

-- Raises the alerts that a user's outbox rows give cause for, deletes those rows in the same database transaction, and returns
-- the kinds of the alerts. Each outbox row became visible together with its cause, so none is missed. A cause raises one alert,
-- however often a job runs. A deleted user gets none.
--
-- Its plans are made while tables may be empty, and kept while they grow: the settings are those of recompute_statistics.
CREATE OR REPLACE FUNCTION raise_alerts(subject bigint, rules jsonb) RETURNS SETOF text LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  written bigint[];
  fallen bigint[];
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- The user first: their deletion takes the locks in this order too.
  PERFORM FROM users WHERE users.id = subject FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  WITH answered AS (
    DELETE FROM outbox WHERE outbox.user_id = subject AND outbox_turn(outbox.type, outbox.day) = 'alerts'
    RETURNING subjects, subject_id)
  SELECT
    (SELECT array_agg(DISTINCT one) FROM answered, unnest(answered.subjects) AS one),
    (SELECT array_agg(subject_id) FROM answered WHERE subject_id IS NOT NULL)
  INTO written, fallen;
  IF written IS NULL AND fallen IS NULL THEN
    RETURN;
  END IF;

  RETURN QUERY
  INSERT INTO alerts (
    user_id, kind, cause, transaction_id, currency, amount, day, transaction_count, threshold, score, previous_score)
  SELECT subject, found.* FROM find_alerts(subject, written, fallen, rules) AS found
  ON CONFLICT (user_id, kind, cause) DO NOTHING
  RETURNING alerts.kind::text;
END
$$;

-- alert.raised: writes a pending event for an alert, whoever raises it.
CREATE OR REPLACE FUNCTION events_after_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pending_events (user_id, type, data)
  VALUES (NEW.user_id, 'alert.raised', jsonb_build_object('alert_id', NEW.id, 'kind', NEW.kind));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_alerts AFTER INSERT ON alerts
  FOR EACH ROW EXECUTE FUNCTION events_after_alerts();
