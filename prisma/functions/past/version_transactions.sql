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
