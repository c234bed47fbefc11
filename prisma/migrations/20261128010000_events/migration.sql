-- What happened, for programs that follow it. Triggers write pending events with their cause; the appender moves them to the
-- events, whose ids are in the order of commit. Neither has a foreign key: user.deleted outlives its user.
CREATE TABLE "pending_events" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "request_id" VARCHAR(128),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pending_events_pkey" PRIMARY KEY ("id","user_id"),
    CONSTRAINT "pending_events_type_check" CHECK ("type" IN (
        'transaction.created', 'transaction.updated', 'transaction.deleted', 'user.created', 'user.updated', 'user.deleted',
        'statistics.updated', 'credit_score.changed', 'alert.raised', 'import.completed', 'import.failed', 'report.completed'))
);
CREATE INDEX "pending_events_user_id_idx" ON "pending_events"("user_id");

CREATE TABLE "events" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "request_id" VARCHAR(128),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id","user_id"),
    CONSTRAINT "events_type_check" CHECK ("type" IN (
        'transaction.created', 'transaction.updated', 'transaction.deleted', 'user.created', 'user.updated', 'user.deleted',
        'statistics.updated', 'credit_score.changed', 'alert.raised', 'import.completed', 'import.failed', 'report.completed'))
);
CREATE INDEX "events_type_id_idx" ON "events"("type", "id");
CREATE INDEX "events_user_id_type_id_idx" ON "events"("user_id", "type", "id");

-- A queue, like the outbox: vacuumed by how many rows went, not by how many there are.
ALTER TABLE "pending_events" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- transaction.created, transaction.updated, transaction.deleted: writes a pending event for each transaction of a statement, in
-- the same database transaction, whoever writes. A statement of more than 1,000 transactions raises none. Neither do loads of
-- files, whose connection sets passbook.file_load, nor rotations of keys.
--
-- A deletion that comes with its user raises none either: events_after_users tells of it. A deleted row cannot carry the id of
-- the request that deletes it, so a setting does.
CREATE OR REPLACE FUNCTION events_after_transactions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  present bigint[];
BEGIN
  IF current_setting('passbook.file_load', true) = 'on' OR current_setting('passbook.key_rotation', true) = 'on'
    OR (SELECT count(*) FROM (SELECT FROM changed_rows LIMIT 1001) AS counted) > 1000 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    SELECT array_agg(id) INTO present
    FROM users WHERE id = ANY (ARRAY (SELECT DISTINCT user_id FROM changed_rows));
  END IF;
  INSERT INTO pending_events (user_id, type, data, request_id)
  SELECT user_id, TG_ARGV[0],
    jsonb_build_object(
      'transaction_id', id,
      'transaction_date', to_char(transaction_date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'transaction_amount', transaction_amount::text,
      'transaction_type', transaction_type,
      'currency', currency),
    CASE TG_OP
      WHEN 'DELETE' THEN left(nullif(current_setting('passbook.request_id', true), ''), 128)
      ELSE request_id
    END
  FROM changed_rows
  WHERE TG_OP <> 'DELETE' OR user_id = ANY (present);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_insert AFTER INSERT ON transactions
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_transactions('transaction.created');

CREATE OR REPLACE TRIGGER events_after_update AFTER UPDATE ON transactions
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_transactions('transaction.updated');

CREATE OR REPLACE TRIGGER events_after_delete AFTER DELETE ON transactions
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_transactions('transaction.deleted');

-- user.created, user.deleted: writes a pending event for each user of a statement. Loads of files raise none for the users
-- that they create. A deleted user's other events go with them: user.deleted, which holds ids alone, is all that stays.
--
-- Events have no foreign key, which would let no event of a deleted user stay. Nobody writes one while its user is deleted:
-- writers lock the user, or a record that the deletion deletes first.
CREATE OR REPLACE FUNCTION events_after_users() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM pending_events;
    DELETE FROM events;
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    -- First what is pending: the appender moves it to where the second statement looks.
    DELETE FROM pending_events WHERE user_id = ANY (ARRAY (SELECT id FROM changed_rows));
    DELETE FROM events WHERE user_id = ANY (ARRAY (SELECT id FROM changed_rows));
  ELSIF current_setting('passbook.file_load', true) = 'on' THEN
    RETURN NULL;
  END IF;
  INSERT INTO pending_events (user_id, type, data, request_id)
  SELECT id, TG_ARGV[0], jsonb_build_object('user_id', id),
    left(nullif(current_setting('passbook.request_id', true), ''), 128)
  FROM changed_rows;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_insert AFTER INSERT ON users
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_users('user.created');

CREATE OR REPLACE TRIGGER events_after_delete AFTER DELETE ON users
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_users('user.deleted');

CREATE OR REPLACE TRIGGER events_after_truncate AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_users();

-- user.updated: writes a pending event when a field changes that callers see. Passwords and indexes are none of these, and a
-- rotation of keys changes how names and addresses are stored, not what they are.
CREATE OR REPLACE FUNCTION events_after_user_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.username, NEW.role, NEW.name, NEW.email, NEW.email_verified, NEW.age, NEW.pincode, NEW.disabled_at)
    IS NOT DISTINCT FROM
    (OLD.username, OLD.role, OLD.name, OLD.email, OLD.email_verified, OLD.age, OLD.pincode, OLD.disabled_at)
    OR current_setting('passbook.key_rotation', true) = 'on' THEN
    RETURN NULL;
  END IF;
  INSERT INTO pending_events (user_id, type, data, request_id)
  VALUES (NEW.id, 'user.updated', jsonb_build_object('user_id', NEW.id),
    left(nullif(current_setting('passbook.request_id', true), ''), 128));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_update AFTER UPDATE ON users
  FOR EACH ROW EXECUTE FUNCTION events_after_user_update();

-- import.completed, import.failed, report.completed: writes a pending event when an import or a report ends so.
CREATE OR REPLACE FUNCTION events_after_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pending_events (user_id, type, data, request_id)
  VALUES (NEW.user_id, TG_ARGV[0] || '.' || NEW.status, jsonb_build_object(TG_ARGV[0] || '_id', NEW.id), NEW.request_id);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_answer AFTER UPDATE OF status ON imports
  FOR EACH ROW WHEN (NEW.status IN ('completed', 'failed') AND NEW.status <> OLD.status)
  EXECUTE FUNCTION events_after_answer('import');

CREATE OR REPLACE TRIGGER events_after_answer AFTER UPDATE OF status ON reports
  FOR EACH ROW WHEN (NEW.status = 'completed' AND NEW.status <> OLD.status)
  EXECUTE FUNCTION events_after_answer('report');

-- statistics.updated: writes a pending event for each user whose figures a recomputation changed. Months and totals follow from
-- the days, so the days tell. A recomputation deletes the days that it computes and inserts them again: what the first statement
-- deletes is kept as one digest for each user, in a setting, and compared with what the second inserts.
CREATE OR REPLACE FUNCTION events_after_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM set_config('passbook.figures_before', coalesce(json_object_agg(user_id, digest)::text, '{}'), true)
    FROM (
      SELECT user_id, bit_xor(hash_record_extended(changed_rows, 0)) AS digest
      FROM changed_rows GROUP BY user_id) AS before;
    RETURN NULL;
  END IF;
  INSERT INTO pending_events (user_id, type, data)
  SELECT user_id, 'statistics.updated', jsonb_build_object('user_id', user_id)
  FROM (
    SELECT user_id, hash_record_extended(changed_rows, 0) AS digest FROM changed_rows
    UNION ALL
    SELECT key::bigint, value::bigint
    FROM json_each_text(coalesce(nullif(current_setting('passbook.figures_before', true), ''), '{}')::json)) AS figures
  GROUP BY user_id HAVING bit_xor(digest) <> 0;
  PERFORM set_config('passbook.figures_before', '', true);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_delete AFTER DELETE ON daily_statistics
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_statistics();

CREATE OR REPLACE TRIGGER events_after_insert AFTER INSERT ON daily_statistics
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_statistics();

-- Moves up to `most` pending events to the end of the events, and returns how many of each type. Does nothing while another
-- process does so: the lock lasts until the events are committed, so ids become visible in their order. A reader who has seen an
-- id never misses a smaller one.
--
-- It passes over pending events that the deletion of their user has locked. The settings leave the planner one plan, for the
-- reason given in claim_outbox.
CREATE OR REPLACE FUNCTION append_events(most integer) RETURNS TABLE (type text, count bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM pending_events) OR NOT pg_try_advisory_xact_lock(hashtext('passbook events')) THEN
    RETURN;
  END IF;
  RETURN QUERY
  WITH taken AS MATERIALIZED (
    DELETE FROM pending_events WHERE id = ANY (ARRAY (
      SELECT waiting.id FROM pending_events AS waiting ORDER BY waiting.id LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING *),
  appended AS (
    INSERT INTO events (user_id, type, data, request_id, created_at)
    SELECT user_id, type, data, request_id, created_at FROM taken ORDER BY id
    RETURNING type)
  SELECT type, count(*) FROM appended GROUP BY type;
END
$$;

-- Deletes those of the first `most` events that are older than `days`, and returns how many.
CREATE OR REPLACE FUNCTION delete_old_events(days integer, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM events WHERE id = ANY (ARRAY (
    SELECT first.id FROM (SELECT id, created_at FROM events ORDER BY id LIMIT most) AS first
    WHERE first.created_at < now() - make_interval(days => days)));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;

-- Reads up to `most` events after the id `beyond`, in the order of their ids: all, those of some types, or those of one user
-- and some types.
--
-- Each type is looked up by itself. The ranges say what `=` would. With `=` the planner may walk along the ids of all events
-- where it takes a rare type for a frequent one; their order leaves it the index of types, or of users.
CREATE OR REPLACE FUNCTION read_events(beyond bigint, most integer, types text[], subject bigint) RETURNS SETOF events
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
BEGIN
  IF subject IS NOT NULL THEN
    RETURN QUERY
    SELECT found.* FROM unnest(types) AS wanted (type) CROSS JOIN LATERAL (
      SELECT * FROM events
      WHERE (events.user_id, events.type, events.id) > (subject, wanted.type, beyond)
        AND (events.user_id, events.type) <= (subject, wanted.type)
      ORDER BY events.user_id, events.type, events.id LIMIT most) AS found
    ORDER BY found.id LIMIT most;
  ELSIF types IS NOT NULL THEN
    RETURN QUERY
    SELECT found.* FROM unnest(types) AS wanted (type) CROSS JOIN LATERAL (
      SELECT * FROM events
      WHERE (events.type, events.id) > (wanted.type, beyond) AND events.type <= wanted.type
      ORDER BY events.type, events.id LIMIT most) AS found
    ORDER BY found.id LIMIT most;
  ELSE
    RETURN QUERY SELECT * FROM events WHERE id > beyond ORDER BY id LIMIT most;
  END IF;
END
$$;
