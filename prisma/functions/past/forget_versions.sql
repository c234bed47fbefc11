-- Deletes the past of transactions with their user. Only the head of a chain has a foreign key: each version would look up
-- its user. A deletion whose snapshot is older than a change fails on the head that the change moved.
CREATE OR REPLACE FUNCTION forget_versions() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM transaction_versions;
    DELETE FROM chain_links;
    RETURN NULL;
  END IF;
  DELETE FROM transaction_versions WHERE user_id = ANY (ARRAY (SELECT id FROM deleted_users));
  DELETE FROM chain_links WHERE user_id = ANY (ARRAY (SELECT id FROM deleted_users));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER forget_versions AFTER DELETE ON users
  REFERENCING OLD TABLE AS deleted_users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_versions();

CREATE OR REPLACE TRIGGER forget_versions_truncated AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_versions();
