-- The outbox says what happened, by the names of src/events/catalogue.ts, and holds requests for reports and imports as well.
ALTER TABLE "outbox"
  ADD COLUMN "type" TEXT NOT NULL DEFAULT 'transaction.created',
  ADD COLUMN "subject_id" BIGINT,
  ALTER COLUMN "day" DROP NOT NULL;
ALTER TABLE "outbox" ALTER COLUMN "type" DROP DEFAULT;

ALTER TABLE "outbox"
  ADD CONSTRAINT "outbox_type_check" CHECK ("type" IN (
    'transaction.created', 'transaction.updated', 'transaction.deleted', 'statistics.drifted',
    'report.requested', 'import.requested')),
  -- Either days of the ledger changed, or something was requested.
  ADD CONSTRAINT "outbox_subject_check" CHECK (num_nonnulls("day", "subject_id") = 1);

-- Requests that wait from before.
INSERT INTO "outbox" ("user_id", "type", "subject_id", "request_id")
  SELECT "user_id", 'report.requested', "id", "request_id" FROM "reports" WHERE "status" IN ('queued', 'running');
INSERT INTO "outbox" ("user_id", "type", "subject_id", "request_id")
  SELECT "user_id", 'import.requested', "id", "request_id" FROM "imports"
  WHERE "status" IN ('queued', 'running') AND "has_upload";

-- What they return has more columns.
DROP FUNCTION claim_outbox(integer);
DROP FUNCTION claim_lost_outbox(integer, integer);

-- Marks rows again that were sent long ago and are still here, the longest wait first, and returns them. Their job got lost,
-- fails or still runs: the wait of retry_seconds doubles with each time, up to an hour.
--
-- It has one plan for the reason that claim_outbox has.
CREATE OR REPLACE FUNCTION claim_lost_outbox(most integer, retry_seconds integer)
RETURNS TABLE (id bigint, user_id bigint, type text, subject_id bigint, request_id varchar) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE outbox SET enqueued_at = now(), attempts = least(attempts + 1, 30)
  WHERE outbox.id = ANY (ARRAY (
    SELECT sent.id FROM outbox AS sent
    WHERE sent.attempts > 0
      AND sent.enqueued_at < now() - make_interval(secs => retry_seconds)
      AND sent.enqueued_at < now() - make_interval(secs => least(retry_seconds * power(2, sent.attempts - 1), 3600))
    ORDER BY sent.enqueued_at LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id;
END
$$;

-- Marks rows that were never sent, oldest first, and returns them. A user's changes wait while one of theirs is on its way: its
-- job takes them all. Requests wait for nobody.
--
-- It has one plan, whatever the statistics say, which autovacuum may have gathered while the outbox was empty: the planner
-- then calls every plan equally cheap, and took one that ran the inner query again for each row. `= ANY (ARRAY (SELECT …))`
-- runs it once, and rows come in the order of their index, so that the first ones are enough however many wait.
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
        AND sent.day IS NOT NULL AND candidate.day IS NOT NULL)
    ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id;
END
$$;

-- A transaction of several big statements leaves a row for each user and statement: this makes one of them for each user and
-- type of event, at its end. Its rows are those made at the time of the transaction; whatever else was made in the same millisecond and
-- waits loses nothing by being put together as well. Days may come twice in a row.
CREATE OR REPLACE FUNCTION merge_outbox() RETURNS void LANGUAGE sql AS $$
  WITH merged AS (
    DELETE FROM outbox WHERE created_at = now()::timestamptz(3) AND enqueued_at IS NULL AND day IS NOT NULL
    RETURNING user_id, type, coalesce(days, ARRAY[day]) AS days, request_id)
  INSERT INTO outbox (user_id, type, day, days, request_id)
  SELECT user_id, type, min(day), array_agg(day), max(request_id)
  FROM merged, unnest(days) AS day
  GROUP BY user_id, type
$$;

-- The outbox row of a report or an import goes as it ends, or is deleted.
CREATE OR REPLACE FUNCTION outbox_after_answer() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  DELETE FROM outbox WHERE user_id = OLD.user_id AND type = TG_ARGV[0] AND subject_id = OLD.id;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_answer AFTER UPDATE OF status ON reports
  FOR EACH ROW WHEN (NEW.status IN ('completed', 'failed'))
  EXECUTE FUNCTION outbox_after_answer('report.requested');

CREATE OR REPLACE TRIGGER outbox_after_deletion AFTER DELETE ON reports
  FOR EACH ROW WHEN (OLD.status IN ('queued', 'running'))
  EXECUTE FUNCTION outbox_after_answer('report.requested');

CREATE OR REPLACE TRIGGER outbox_after_answer AFTER UPDATE OF status ON imports
  FOR EACH ROW WHEN (NEW.status IN ('completed', 'failed', 'cancelled'))
  EXECUTE FUNCTION outbox_after_answer('import.requested');

CREATE OR REPLACE TRIGGER outbox_after_deletion AFTER DELETE ON imports
  FOR EACH ROW WHEN (OLD.status IN ('queued', 'running'))
  EXECUTE FUNCTION outbox_after_answer('import.requested');

-- transaction.deleted: a day that lost a transaction gets an outbox row. A deleted row cannot carry the id of the request that deletes it: the
-- setting does. Where the user is deleted too there is nothing left to compute.
--
-- Each user is asked for alone: a join may read all users in the order of an index.
CREATE OR REPLACE FUNCTION outbox_after_delete() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  INSERT INTO outbox (user_id, type, day, request_id)
  SELECT user_id, 'transaction.deleted', day, left(nullif(current_setting('passbook.request_id', true), ''), 128)
  FROM (
    SELECT DISTINCT user_id, (transaction_date AT TIME ZONE 'UTC')::date AS day FROM old_rows) AS touched
  WHERE (SELECT true FROM users WHERE users.id = touched.user_id);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_delete AFTER DELETE ON transactions
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_delete();

-- transaction.created: whoever inserts a transaction (API, bulk, COPY, psql) leaves one outbox row for each user and UTC day that the statement
-- touched, in the same database transaction. Triggers of statements do it: a COPY of a million rows fires once.
--
-- A statement that inserts 10,000 transactions and more leaves one row for each user, with all days of theirs in days
-- and the first in day, in place of one for each day.
CREATE OR REPLACE FUNCTION outbox_after_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 10000) AS counted) < 10000 THEN
    INSERT INTO outbox (user_id, type, day, request_id)
    SELECT user_id, 'transaction.created', (transaction_date AT TIME ZONE 'UTC')::date, max(request_id)
    FROM new_rows
    GROUP BY 1, 3;
  ELSE
    INSERT INTO outbox (user_id, type, day, days, request_id)
    SELECT user_id, 'transaction.created', min(day), array_agg(DISTINCT day), max(request_id)
    FROM (
      SELECT user_id, (transaction_date AT TIME ZONE 'UTC')::date AS day, request_id
      FROM new_rows) AS touched
    GROUP BY user_id;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_insert AFTER INSERT ON transactions
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_insert();

-- report.requested, import.requested: what somebody asks for gets an outbox row, which lives until it has ended. A file that a
-- command reads from its disk gets none, as that command loads it.
CREATE OR REPLACE FUNCTION outbox_after_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, subject_id, request_id) VALUES (NEW.user_id, TG_ARGV[0], NEW.id, NEW.request_id);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_request AFTER INSERT ON reports
  FOR EACH ROW EXECUTE FUNCTION outbox_after_request('report.requested');

CREATE OR REPLACE TRIGGER outbox_after_request AFTER UPDATE OF status ON imports
  FOR EACH ROW WHEN (OLD.status = 'uploading' AND NEW.status = 'queued' AND NEW.has_upload)
  EXECUTE FUNCTION outbox_after_request('import.requested');

-- transaction.deleted: each day that had figures gets an outbox row.
CREATE OR REPLACE FUNCTION outbox_after_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, day)
  SELECT DISTINCT daily_statistics.user_id, 'transaction.deleted', date
  FROM daily_statistics
  JOIN users ON users.id = daily_statistics.user_id;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_truncate AFTER TRUNCATE ON transactions
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_truncate();

-- transaction.updated: an update may move a transaction to another day: the day it was on and the day it is on get an outbox row.
CREATE OR REPLACE FUNCTION outbox_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, day, request_id)
  SELECT user_id, 'transaction.updated', (transaction_date AT TIME ZONE 'UTC')::date, max(request_id)
  FROM (
    SELECT user_id, transaction_date, NULL AS request_id FROM old_rows
    UNION ALL
    SELECT user_id, transaction_date, request_id FROM new_rows
  ) AS touched
  GROUP BY 1, 3;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_update();

-- Recomputes the days of users that changed, their months, and the users' totals, in one database transaction that also
-- deletes the outbox rows it answers. The figures come from the ledger each time and are never added to: running twice, late
-- or out of order gives the same. The cost depends on the days that changed, not on the length of the history.
--
-- Why it is exact: each outbox row became visible together with its change; every statement here sees at least what the one
-- that deletes the outbox rows saw; a change that comes later brings a row of its own. The lock on the version makes
-- recomputations of one user take turns. Users and then versions are locked in the order of ids, as whoever else locks
-- several does.
--
-- It is a function because its statements sent one by one took more than twice as long. It takes many users because one call
-- for each took twice as long where a load touched a day of many; they have to be kept where the first one is.
--
-- Its plans are made while tables may be empty, and kept while they grow. They have to be kept: the planner calls those for
-- arrays it knows shorter, and making them anew at each call took half of its time. So rows come by their index whatever the
-- statistics say, and what belongs to a user is asked for by user: a join may read a whole table in the order of an index.
--
-- Returns the users for whom there was something to do, and when the oldest of their changes was made. Of others no change
-- waits, or they are gone.
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
    RETURNING user_id, created_at, coalesce(days, ARRAY[day]) AS days),
  touched AS (
    SELECT DISTINCT user_id, day FROM answered, unnest(days) AS day ORDER BY 1, 2),
  by_user AS (
    SELECT user_id, min(created_at) AS oldest FROM answered GROUP BY 1),
  by_month AS (
    SELECT DISTINCT user_id, date_trunc('month', day)::date AS month FROM touched ORDER BY 1, 2)
  SELECT
    (SELECT array_agg(user_id) FROM by_user), (SELECT array_agg(oldest) FROM by_user),
    (SELECT array_agg(user_id) FROM touched), (SELECT array_agg(day) FROM touched),
    (SELECT array_agg(user_id) FROM by_month), (SELECT array_agg(month) FROM by_month)
  INTO answered_users, answered_since, users_of_days, days, users_of_months, months;
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

  RETURN QUERY SELECT * FROM unnest(answered_users, answered_since);
END
$$;
