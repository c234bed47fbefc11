-- Deletes those of the first `most` deliveries that are older than `days`, and returns how many.
CREATE OR REPLACE FUNCTION delete_old_webhook_deliveries(days integer, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY (
    SELECT first.id FROM (SELECT id, created_at FROM webhook_deliveries ORDER BY id LIMIT most) AS first
    WHERE first.created_at < now() - make_interval(days => days)));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
