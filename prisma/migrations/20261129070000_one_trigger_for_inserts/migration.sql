DROP TRIGGER events_after_insert ON transactions;
DROP TRIGGER outbox_for_alerts_insert ON transactions;
DROP TRIGGER version_after_insert ON transactions;
DROP FUNCTION outbox_after_insert CASCADE;

-- What the event of a change to a transaction says of it.
--
-- PostgreSQL inlines this function into the statements that use it.
CREATE OR REPLACE FUNCTION transaction_facts(
  id bigint, transaction_date timestamptz, transaction_amount numeric, transaction_type varchar, currency varchar)
RETURNS jsonb LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'transaction_id', id,
    'transaction_date', to_char(transaction_date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'transaction_amount', transaction_amount::text,
    'transaction_type', transaction_type,
    'currency', currency)
$$;

-- transaction.updated, transaction.deleted: writes a pending event for each transaction of a statement, in the same database
-- transaction, whoever writes; transactions_after_insert does so for created ones. A statement of more than 1,000 transactions
-- raises none. Neither do loads of files, whose connection sets passbook.file_load, nor rotations of keys.
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
    transaction_facts(id, transaction_date, transaction_amount, transaction_type, currency),
    CASE TG_OP
      WHEN 'DELETE' THEN left(nullif(current_setting('passbook.request_id', true), ''), 128)
      ELSE request_id
    END
  FROM changed_rows
  WHERE TG_OP <> 'DELETE' OR user_id = ANY (present);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_update AFTER UPDATE ON transactions
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_transactions('transaction.updated');

CREATE OR REPLACE TRIGGER events_after_delete AFTER DELETE ON transactions
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_transactions('transaction.deleted');

-- transactions.written: writes an outbox row for each user whose transactions a statement gave another amount, currency or
-- day, with the ids of these, whoever writes. A job checks them for alerts. transactions_after_insert does so for created ones.
--
-- The history that a file brings is not news: loads of files, whose connection sets passbook.file_load, leave none, and neither
-- do statements of more than 1,000 transactions, nor rotations of keys. Nor do deletions: no alert comes of what is gone.
CREATE OR REPLACE FUNCTION outbox_for_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('passbook.file_load', true) = 'on' OR current_setting('passbook.key_rotation', true) = 'on'
    OR (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 1001) AS counted) > 1000 THEN
    RETURN NULL;
  END IF;
  INSERT INTO outbox (user_id, type, subjects, request_id)
  SELECT changed.user_id, 'transactions.written', array_agg(changed.id), max(changed.request_id)
  FROM new_rows AS changed JOIN old_rows AS former USING (id, user_id)
  WHERE (changed.transaction_amount, changed.currency, (changed.transaction_date AT TIME ZONE 'UTC')::date)
    IS DISTINCT FROM (former.transaction_amount, former.currency, (former.transaction_date AT TIME ZONE 'UTC')::date)
  GROUP BY changed.user_id;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_for_alerts_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_for_alerts();

-- Writes a version of each transaction that a statement updated or deleted, in the same database transaction, whoever the
-- writer is (API, psql). transactions_after_insert does so for created ones. link_versions adds the versions to their users'
-- chains at the commit.
--
-- A changed row may still hold the request and account of an earlier change, so settings of the database transaction say it;
-- without them nobody is named.
--
-- The first version of a database transaction has its batch as its id. If the user is deleted too, no version is left.
CREATE OR REPLACE FUNCTION version_transactions() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
  by_request varchar := left(nullif(current_setting('passbook.request_id', true), ''), 128);
  by_account bigint := nullif(current_setting('passbook.actor_id', true), '')::bigint;
  begun bigint := nullif(current_setting('passbook.version_batch', true), '')::bigint;
  current_batch bigint := begun;
  change_made varchar := CASE TG_OP WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END;
  recorded timestamptz(3) := clock_timestamp();
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('passbook.key_rotation', true) = 'on' THEN
    UPDATE transaction_versions AS version SET full_name = rotated.full_name
    FROM changed_rows AS rotated JOIN old_rows AS former USING (id, user_id)
    WHERE version.user_id = rotated.user_id AND version.transaction_id = rotated.id
      AND version.full_name = former.full_name;
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' AND NOT EXISTS (
    SELECT FROM users WHERE users.id = (SELECT changed_rows.user_id FROM changed_rows LIMIT 1)) THEN
    RETURN NULL;
  END IF;

  IF begun IS NULL THEN
    current_batch := nextval('transaction_versions_id_seq');
  END IF;
  INSERT INTO transaction_versions (
    id, user_id, transaction_id, batch, change, recorded_at, actor_id, request_id, full_name, transaction_date,
    transaction_amount, transaction_type, currency, description, reference, created_at, updated_at, digest)
  SELECT version_id, user_id, id, current_batch, change_made, recorded, by_account, by_request, full_name, transaction_date,
    transaction_amount, transaction_type, currency, description, reference, created_at, updated_at,
    version_digest(version_id, user_id, id, change_made, recorded, by_account, by_request, transaction_date,
      transaction_amount, transaction_type, currency, description, reference, created_at, updated_at)
  FROM (
    SELECT *,
      CASE WHEN begun IS NULL AND row_number() OVER () = 1
        THEN current_batch ELSE nextval('transaction_versions_id_seq') END AS version_id
    FROM changed_rows) AS changed;
  IF begun IS NULL AND FOUND THEN
    PERFORM set_config('passbook.version_batch', current_batch::text, true);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER version_after_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION version_transactions();

CREATE OR REPLACE TRIGGER version_after_delete AFTER DELETE ON transactions
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION version_transactions();

-- What an insert of transactions leaves behind, in the same database transaction, whoever inserts (API, bulk, COPY, psql):
--
-- - transaction.created: an outbox row for each user, from which figures are recomputed. A row for each day as well took a
--   bulk load of many days longer than the transactions did. So of several days the row has the first in day, and all in days.
-- - transactions.written: an outbox row for each user with the ids, which a job checks for alerts.
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
    SELECT user_id, id, transaction_date, transaction_amount, transaction_type, currency, request_id
    FROM new_rows
    WHERE current_setting('passbook.file_load', true) IS DISTINCT FROM 'on'
      AND current_setting('passbook.key_rotation', true) IS DISTINCT FROM 'on'
      AND (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 1001) AS counted) <= 1000),
  work AS (
    INSERT INTO outbox (user_id, type, day, days, subjects, request_id)
    SELECT user_id, 'transaction.created', min(day), CASE WHEN count(*) > 1 THEN array_agg(day) END, NULL::bigint[],
      max(request_id)
    FROM (
      SELECT user_id, (transaction_date AT TIME ZONE 'UTC')::date AS day, max(request_id) AS request_id
      FROM new_rows GROUP BY 1, 2) AS touched
    GROUP BY user_id
    UNION ALL
    SELECT user_id, 'transactions.written', NULL, NULL, array_agg(id), max(request_id) FROM news GROUP BY user_id),
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
