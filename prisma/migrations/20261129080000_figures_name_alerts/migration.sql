-- What alerts need to know of whole months.
ALTER TABLE "monthly_statistics" ADD COLUMN "total_squares" DECIMAL NOT NULL DEFAULT 0;
UPDATE "monthly_statistics" AS monthly SET "total_squares" = summed.squares
FROM (
  SELECT "user_id", "currency", date_trunc('month', "date")::date AS month, sum("total_squares") AS squares
  FROM "daily_statistics" GROUP BY 1, 2, 3) AS summed
WHERE monthly."user_id" = summed."user_id" AND monthly."currency" = summed."currency" AND monthly."month" = summed.month;

-- Rows are updated where they are, which needs room on their page.
ALTER TABLE "daily_statistics" SET (fillfactor = 85);
ALTER TABLE "monthly_statistics" SET (fillfactor = 85);
ALTER TABLE "user_statistics" SET (fillfactor = 85);
ALTER TABLE "statistics_versions" SET (fillfactor = 85);

-- Loads have an index of their own, as they wait for rounds.
ALTER TABLE "outbox" ADD COLUMN "load" BOOLEAN NOT NULL DEFAULT false;
DROP INDEX "outbox_new_idx";
CREATE INDEX "outbox_new_idx" ON "outbox" ("created_at", "id") WHERE "enqueued_at" IS NULL AND NOT "load"
  AND "type" <> ALL ('{statistics.updated,credit_score.outdated,transactions.written,credit_score.fell}');
CREATE INDEX "outbox_load_idx" ON "outbox" ("user_id") WHERE "enqueued_at" IS NULL AND "load";
DROP FUNCTION claim_outbox(integer, boolean);

-- The row of a change also names the transactions that an alert may come of.
ALTER TABLE "outbox" DROP CONSTRAINT "outbox_subject_check";
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_subject_check"
  CHECK (("subject_id" IS NULL) <> ("day" IS NULL AND "subjects" IS NULL));

DROP TRIGGER outbox_for_alerts_update ON transactions;
DROP FUNCTION outbox_for_alerts;
DROP TRIGGER events_after_delete ON daily_statistics;
DROP TRIGGER events_after_insert ON daily_statistics;
DROP FUNCTION events_after_statistics;
DROP FUNCTION recompute_statistics(bigint, bigint[]);

-- Those of the transactions given that may deserve an alert. It leaves out what months show to be usual, which is nearly all
-- there is; find_alerts decides about the rest. It needs current figures. Without rules it returns all.
--
-- Of the 90 days before a transaction's, m is the transactions of the whole months in between, with the sum t and the sum of
-- squares q, and n those of all months that these days and the transaction's month touch. So the usual has at least t, at most n
-- transactions, and at least the variance that the whole months alone give to n of them, (q - t²/m) / n. What is at most
-- t/n + d √((q - t²/m) / n) is below the limit of is_unusual. Exact: no number is rounded.
--
-- Transactions of one month with the same whole months before share what is read. A day is looked up only if its month has a
-- busy one.
CREATE OR REPLACE FUNCTION alert_suspects(authors bigint[], written bigint[], rules jsonb)
RETURNS TABLE (user_id bigint, id bigint) LANGUAGE sql STABLE
AS $$
  SELECT period.user_id, booked.id
  FROM (
    SELECT own.user_id, own.currency, own.month, own.first_whole,
      array_agg(own.id) AS ids, array_agg(own.amount) AS amounts, array_agg(own.day) AS days
    FROM unnest(authors, written) AS asked (author, id)
    CROSS JOIN LATERAL (
      SELECT stored.user_id, stored.id, stored.currency, stored.transaction_amount AS amount, placed.day,
        date_trunc('month', placed.day::timestamp)::date AS month,
        (date_trunc('month', (placed.day - 91)::timestamp) + interval '1 month')::date AS first_whole
      FROM transactions AS stored CROSS JOIN LATERAL (
        SELECT (stored.transaction_date AT TIME ZONE interval '0')::date AS day) AS placed
      WHERE stored.id = asked.id AND stored.user_id = asked.author OFFSET 0) AS own
    GROUP BY own.user_id, own.currency, own.month, own.first_whole) AS period
  CROSS JOIN LATERAL (
    SELECT sum(other.transaction_count) AS n,
      max(other.busiest_count) FILTER (WHERE other.month = period.month) AS busiest,
      sum(other.transaction_count) FILTER (WHERE other.month >= period.first_whole AND other.month < period.month) AS m,
      sum(other.total_credit + other.total_debit)
        FILTER (WHERE other.month >= period.first_whole AND other.month < period.month) AS t,
      sum(other.total_squares) FILTER (WHERE other.month >= period.first_whole AND other.month < period.month) AS q
    FROM monthly_statistics AS other
    WHERE other.user_id = period.user_id AND other.currency = period.currency
      AND other.month > period.first_whole - 32 AND other.month <= period.month) AS months
  CROSS JOIN LATERAL unnest(period.ids, period.amounts, period.days) AS booked (id, amount, day)
  WHERE rules IS NULL
    OR booked.amount > (rules -> 'amounts' ->> period.currency)::numeric
    OR busiest >= (rules ->> 'velocity')::int AND (
      SELECT daily.transaction_count FROM daily_statistics AS daily
      WHERE daily.user_id = period.user_id AND daily.currency = period.currency AND daily.date = booked.day)
        >= (rules ->> 'velocity')::int
    OR n >= (rules ->> 'history')::int AND n * booked.amount > coalesce(t, 0) AND (
      m IS NULL OR (n * booked.amount - t) * (n * booked.amount - t) * m
        > (rules ->> 'deviations')::numeric * (rules ->> 'deviations')::numeric * n * (m * q - t * t))
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

-- What an insert of transactions leaves behind, in the same database transaction, whoever inserts (API, bulk, COPY, psql):
--
-- - transaction.created: an outbox row for each user, from which figures are recomputed. A row for each day as well took a
--   bulk load of many days longer than the transactions did. So of several days the row has the first in day, and all in days.
--   It also names the transactions, of which the recomputation finds those that may deserve an alert. It says whether it is part
--   of a load, whose figures wait for a round: a request with 50 users or more, or history of 50 transactions or more.
-- - a pending event for each transaction.
-- - a version of each, as version_transactions writes of other changes. The row says itself which request and account wrote it.
--
-- The history that a file brings is not news: loads of files, whose connection sets passbook.file_load, leave neither events
-- nor work for alerts, and nor do statements of more than 1,000 transactions or rotations of keys.
--
-- It is a statement-level trigger, so a COPY of a million rows fires it once, and one statement writes it all: with a function
-- and a statement for each, one transaction took a sixth longer to store.
CREATE OR REPLACE FUNCTION transactions_after_insert() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
  begun bigint := nullif(current_setting('passbook.version_batch', true), '')::bigint;
  current_batch bigint := coalesce(begun, nextval('transaction_versions_id_seq'));
  recorded timestamptz(3) := clock_timestamp();
BEGIN
  WITH news AS MATERIALIZED (
    SELECT user_id, id, (transaction_date AT TIME ZONE interval '0')::date AS day, transaction_date, transaction_amount,
      transaction_type, currency, request_id
    FROM new_rows
    WHERE current_setting('passbook.file_load', true) IS DISTINCT FROM 'on'
      AND current_setting('passbook.key_rotation', true) IS DISTINCT FROM 'on'
      AND (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 1001) AS counted) <= 1000),
  work AS (
    INSERT INTO outbox (user_id, type, day, days, subjects, request_id, load)
    SELECT user_id, 'transaction.created', min(day), CASE WHEN count(*) > 1 THEN array_agg(DISTINCT day) END, array_agg(id),
      max(request_id),
      (SELECT count(DISTINCT user_id) >= 50 AND min(request_id) IS NOT DISTINCT FROM max(request_id) FROM news)
    FROM news GROUP BY user_id
    UNION ALL
    SELECT user_id, 'transaction.created', min(day), CASE WHEN count(*) > 1 THEN array_agg(day) END, NULL, max(request_id),
      (SELECT count(*) = 50 FROM (SELECT FROM new_rows LIMIT 50) AS counted)
    FROM (
      SELECT user_id, (transaction_date AT TIME ZONE interval '0')::date AS day, max(request_id) AS request_id
      FROM new_rows WHERE NOT EXISTS (SELECT FROM news) GROUP BY 1, 2) AS touched
    GROUP BY user_id),
  events AS (
    INSERT INTO pending_events (user_id, type, data, request_id)
    SELECT user_id, 'transaction.created',
      transaction_facts(id, transaction_date, transaction_amount, transaction_type, currency), request_id
    FROM news)
  INSERT INTO transaction_versions (
    id, user_id, transaction_id, batch, change, recorded_at, actor_id, request_id, full_name, transaction_date,
    transaction_amount, transaction_type, currency, description, reference, created_at, updated_at, digest)
  SELECT version_id, user_id, id, current_batch, 'created', recorded, actor_id, request_id, full_name, transaction_date,
    transaction_amount, transaction_type, currency, description, reference, created_at, updated_at,
    version_digest(version_id, user_id, id, 'created', recorded, actor_id, request_id, transaction_date,
      transaction_amount, transaction_type, currency, description, reference, created_at, updated_at)
  FROM (
    SELECT *,
      CASE WHEN begun IS NULL AND row_number() OVER () = 1
        THEN current_batch ELSE nextval('transaction_versions_id_seq') END AS version_id
    FROM new_rows) AS created;
  IF begun IS NULL AND FOUND THEN
    PERFORM set_config('passbook.version_batch', current_batch::text, true);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER transactions_after_insert AFTER INSERT ON transactions
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION transactions_after_insert();

-- transaction.updated: writes outbox rows for the day before the update and the day after it, as an update may move a
-- transaction to another day. The row of the day after it names the transactions with another amount, currency or day, of which
-- the recomputation finds those that may deserve an alert. A rotation of keys changes no figures.
--
-- The history that a file brings is not news: loads of files, whose connection sets passbook.file_load, name none, and neither
-- do statements of more than 1,000 transactions. Nor do deletions: no alert comes of what is gone.
CREATE OR REPLACE FUNCTION outbox_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  news bigint[];
BEGIN
  IF current_setting('passbook.key_rotation', true) = 'on' THEN
    RETURN NULL;
  END IF;
  IF current_setting('passbook.file_load', true) IS DISTINCT FROM 'on'
    AND (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 1001) AS counted) <= 1000 THEN
    SELECT array_agg(id) INTO news
    FROM new_rows AS changed JOIN old_rows AS former USING (id, user_id)
    WHERE (changed.transaction_amount, changed.currency, (changed.transaction_date AT TIME ZONE 'UTC')::date)
      IS DISTINCT FROM (former.transaction_amount, former.currency, (former.transaction_date AT TIME ZONE 'UTC')::date);
  END IF;
  INSERT INTO outbox (user_id, type, day, subjects, request_id, load)
  SELECT user_id, 'transaction.updated', (transaction_date AT TIME ZONE 'UTC')::date,
    array_agg(id) FILTER (WHERE id = ANY (news)), max(request_id),
    (SELECT count(*) = 50 FROM (SELECT FROM new_rows LIMIT 50) AS counted)
  FROM (
    SELECT user_id, transaction_date, NULL AS id, NULL AS request_id FROM old_rows
    UNION ALL
    SELECT user_id, transaction_date, id, request_id FROM new_rows
  ) AS touched
  GROUP BY 1, 3;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_update();

-- transaction.deleted: writes an outbox row for each day that lost a transaction. A deleted row cannot carry the id of the
-- request that deletes it, so a setting does. If the user is deleted too, nothing is left to compute.
--
-- Each user is looked up alone: a join may read all users in the order of an index.
CREATE OR REPLACE FUNCTION outbox_after_delete() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  INSERT INTO outbox (user_id, type, day, request_id, load)
  SELECT user_id, 'transaction.deleted', day, left(nullif(current_setting('passbook.request_id', true), ''), 128),
    (SELECT count(*) = 50 FROM (SELECT FROM old_rows LIMIT 50) AS counted)
  FROM (
    SELECT DISTINCT user_id, (transaction_date AT TIME ZONE 'UTC')::date AS day FROM old_rows) AS touched
  WHERE (SELECT true FROM users WHERE users.id = touched.user_id);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_delete AFTER DELETE ON transactions
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_delete();

-- Merges outbox rows at the end of a database transaction, to one for each user and type of event: each of several big
-- statements left one for each user. It finds them by the time of the database transaction. It may also merge unclaimed rows
-- of others that were made in the same millisecond, which is harmless. A merged row may hold a day twice. Rows that
-- name transactions stay as they are.
CREATE OR REPLACE FUNCTION merge_outbox() RETURNS void LANGUAGE sql AS $$
  WITH merged AS (
    DELETE FROM outbox
    WHERE created_at = now()::timestamptz(3) AND enqueued_at IS NULL AND day IS NOT NULL AND subjects IS NULL
    RETURNING user_id, type, coalesce(days, ARRAY[day]) AS days, request_id, load)
  INSERT INTO outbox (user_id, type, day, days, request_id, load)
  SELECT user_id, type, min(day), array_agg(day), max(request_id), bool_or(load)
  FROM merged, unnest(days) AS day
  GROUP BY user_id, type
$$;

-- Claims rows that were never enqueued, oldest first, and returns them: up to `most` of those that do not yield, and if
-- `yielding` as many of those that do, which are what scores and alerts are made of (`yields` in catalogue.ts). A user's changes
-- wait while another of theirs is enqueued for the same work: its job handles them all. So a user has one job at a time for
-- figures, and one for the score. Requests for reports and imports never wait.
--
-- If `loads` it also claims one row of each of up to `most` users of whom a load waits: their job handles all.
--
-- `OFFSET 0` has each user looked up by index: a join may read all that is on its way for each of them.
--
-- The three have an index each: however many scores and loads wait, no claim of figures steps over them.
--
-- The settings leave the planner one plan. Autovacuum may have gathered statistics while the outbox was empty. The planner
-- then rates every plan as equally cheap, and once chose one that ran the inner query again for each row.
-- `= ANY (ARRAY (SELECT …))` runs it once, and finds locked rows by their place without an index. Rows come in index order, so it reads only the first ones, however many wait.
CREATE OR REPLACE FUNCTION claim_outbox(most integer, yielding boolean DEFAULT true, loads boolean DEFAULT true)
RETURNS TABLE (id bigint, user_id bigint, type text, subject_id bigint, request_id varchar, load boolean) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
  WHERE outbox.ctid = ANY (ARRAY (
    SELECT candidate.ctid FROM outbox AS candidate
    WHERE candidate.enqueued_at IS NULL AND NOT candidate.load
      AND candidate.type <> ALL ('{statistics.updated,credit_score.outdated,transactions.written,credit_score.fell}')
      AND NOT EXISTS (
        SELECT FROM outbox AS sent
        WHERE sent.user_id = candidate.user_id AND sent.enqueued_at IS NOT NULL
          AND outbox_turn(sent.type, sent.day) = outbox_turn(candidate.type, candidate.day) OFFSET 0)
    ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id, outbox.load;
  IF yielding THEN
    RETURN QUERY
    UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
    WHERE outbox.ctid = ANY (ARRAY (
      SELECT candidate.ctid FROM outbox AS candidate
      WHERE candidate.enqueued_at IS NULL
        AND candidate.type = ANY ('{statistics.updated,credit_score.outdated,transactions.written,credit_score.fell}')
        AND NOT EXISTS (
          SELECT FROM outbox AS sent
          WHERE sent.user_id = candidate.user_id AND sent.enqueued_at IS NOT NULL
            AND outbox_turn(sent.type, sent.day) = outbox_turn(candidate.type, candidate.day) OFFSET 0)
      ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id, outbox.load;
  END IF;
  IF loads THEN
    RETURN QUERY
    UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
    WHERE outbox.ctid = ANY (ARRAY (
      SELECT first.ctid FROM (
        SELECT DISTINCT loaded.user_id FROM outbox AS loaded
        WHERE loaded.enqueued_at IS NULL AND loaded.load
          AND NOT EXISTS (
            SELECT FROM outbox AS sent
            WHERE sent.user_id = loaded.user_id AND sent.enqueued_at IS NOT NULL AND sent.day IS NOT NULL OFFSET 0)
        ORDER BY loaded.user_id LIMIT most) AS waiting
      CROSS JOIN LATERAL (
        SELECT candidate.ctid FROM outbox AS candidate
        WHERE candidate.user_id = waiting.user_id AND candidate.enqueued_at IS NULL AND candidate.load
        LIMIT 1 FOR UPDATE SKIP LOCKED) AS first))
    RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id, outbox.load;
  END IF;
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
      sum(total_credit) AS total_credit, sum(total_debit) AS total_debit, sum(total_squares) AS total_squares,
      max(busyness(transaction_count, date)) AS busyness
    FROM daily GROUP BY 1, 2),
  different_months AS (
    SELECT month AS date
    FROM months FULL JOIN (SELECT * FROM monthly_statistics WHERE user_id = subject) AS monthly USING (month, currency)
    WHERE (months.transaction_count, months.total_credit, months.total_debit, months.total_squares, months.busyness)
      IS DISTINCT FROM (monthly.transaction_count, monthly.total_credit, monthly.total_debit, monthly.total_squares,
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
