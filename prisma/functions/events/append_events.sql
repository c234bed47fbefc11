-- Moves up to `most` pending events to the end of the events, and returns how many of each type. Does nothing while another
-- process does so: the lock lasts until the events are committed, so ids become visible in their order. A reader who has seen an
-- id never misses a smaller one.
--
-- It passes over pending events that the deletion of their user has locked. The settings leave the planner one plan, for the
-- reason given in claim_outbox.
CREATE OR REPLACE FUNCTION append_events(most integer) RETURNS TABLE (type text, count bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM pending_events) OR NOT pg_try_advisory_xact_lock(hashtext('passbook events')) THEN
    RETURN;
  END IF;
  RETURN QUERY
  WITH taken AS MATERIALIZED (
    DELETE FROM pending_events WHERE id = ANY (ARRAY (
      SELECT waiting.id FROM pending_events AS waiting ORDER BY waiting.id LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING *),
  appended AS (
    INSERT INTO events (user_id, type, data, request_id, created_at)
    SELECT user_id, type, data, request_id, created_at FROM taken ORDER BY id
    RETURNING type)
  SELECT type, count(*) FROM appended GROUP BY type;
END
$$;
