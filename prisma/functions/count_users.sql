-- Keeps the number of users. A writer adds to the shard of its connection, so that two writers seldom wait for each other.
-- The sum over the shards is exact.
CREATE OR REPLACE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM user_counts;
    RETURN NULL;
  END IF;
  SELECT CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END INTO change FROM changed_rows;
  IF change <> 0 THEN
    INSERT INTO user_counts (shard, count) VALUES (pg_backend_pid() % 1024, change)
    ON CONFLICT (shard) DO UPDATE SET count = user_counts.count + excluded.count;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER count_users_inserted AFTER INSERT ON users
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION count_users();

CREATE OR REPLACE TRIGGER count_users_deleted AFTER DELETE ON users
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION count_users();

CREATE OR REPLACE TRIGGER count_users_truncated AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION count_users();
