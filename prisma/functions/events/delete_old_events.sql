-- Deletes those of the first `most` events that are older than `days`, and returns how many.
CREATE OR REPLACE FUNCTION delete_old_events(days integer, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM events WHERE id = ANY (ARRAY (
    SELECT first.id FROM (SELECT id, created_at FROM events ORDER BY id LIMIT most) AS first
    WHERE first.created_at < now() - make_interval(days => days)));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
