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
