-- Deletes daily and monthly statistics with their user. They have no foreign key: checking the user of each row took a third
-- of a recomputation. Only recomputations write them, and those lock the user. A deletion whose snapshot is older than a
-- recomputation fails on the version that the recomputation raised, which has a foreign key.
CREATE OR REPLACE FUNCTION forget_statistics() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM daily_statistics;
    DELETE FROM monthly_statistics;
    RETURN NULL;
  END IF;
  DELETE FROM daily_statistics WHERE user_id = ANY (ARRAY (SELECT id FROM deleted_users));
  DELETE FROM monthly_statistics WHERE user_id = ANY (ARRAY (SELECT id FROM deleted_users));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER forget_statistics AFTER DELETE ON users
  REFERENCING OLD TABLE AS deleted_users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_statistics();

CREATE OR REPLACE TRIGGER forget_statistics_truncated AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_statistics();
