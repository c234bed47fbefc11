-- Deletes the deliveries of deleted users. It runs after events_after_delete, when nobody appends events of theirs any more but
-- user.deleted, which is still delivered. Lanes go first, as whoever delivers locks the lane first.
CREATE OR REPLACE FUNCTION webhooks_after_users() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM webhook_lanes;
    DELETE FROM webhook_deliveries;
  ELSE
    DELETE FROM webhook_lanes WHERE user_id = ANY (ARRAY (SELECT id FROM changed_rows));
    DELETE FROM webhook_deliveries WHERE user_id = ANY (ARRAY (SELECT id FROM changed_rows));
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER webhooks_after_delete AFTER DELETE ON users
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION webhooks_after_users();

CREATE OR REPLACE TRIGGER webhooks_after_truncate AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION webhooks_after_users();
