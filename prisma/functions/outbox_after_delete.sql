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
