-- Deletes sessions that have expired, and refresh tokens that expired in a session which goes on. Skips rows that a
-- request is using now.
CREATE OR REPLACE FUNCTION delete_expired_sessions(before timestamptz) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  DELETE FROM sessions
  WHERE id = ANY (ARRAY (
    SELECT old.id FROM sessions AS old WHERE old.expires_at < before FOR UPDATE SKIP LOCKED));
  DELETE FROM refresh_tokens
  WHERE id = ANY (ARRAY (
    SELECT old.id FROM refresh_tokens AS old WHERE old.expires_at < before FOR UPDATE SKIP LOCKED));
END
$$;
