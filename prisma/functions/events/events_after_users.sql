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
