-- Deletes kept answers that tell of a deleted user.
CREATE OR REPLACE FUNCTION forget_answers() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  DELETE FROM idempotency_keys
  WHERE user_ids && (SELECT array_agg(id) FROM deleted_users);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER forget_answers AFTER DELETE ON users
  REFERENCING OLD TABLE AS deleted_users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_answers();
