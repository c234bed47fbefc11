-- Deletes login attempts that are too old to count. Skips rows that a login attempt is updating now.
CREATE OR REPLACE FUNCTION delete_old_attempts(before timestamptz) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  DELETE FROM login_throttles
  WHERE subject = ANY (ARRAY (
    SELECT old.subject FROM login_throttles AS old WHERE old.last_at < before FOR UPDATE SKIP LOCKED));
END
$$;
