-- The ids of up to `most` deliveries of an endpoint, newest first, after `passed` of them: all, or those of a status. Ranges in
-- place of `=` leave the planner the index that begins with them, for the reason given in read_events.
CREATE OR REPLACE FUNCTION list_webhook_deliveries(
  endpoint bigint, wanted varchar, beyond bigint, most integer, passed bigint)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
BEGIN
  IF wanted IS NULL THEN
    RETURN QUERY
    SELECT id FROM webhook_deliveries
    WHERE (endpoint_id, id) < (endpoint, beyond) AND endpoint_id >= endpoint
    ORDER BY endpoint_id DESC, id DESC LIMIT most OFFSET passed;
  ELSE
    RETURN QUERY
    SELECT id FROM webhook_deliveries
    WHERE (endpoint_id, status, id) < (endpoint, wanted, beyond) AND (endpoint_id, status) >= (endpoint, wanted)
    ORDER BY endpoint_id DESC, status DESC, id DESC LIMIT most OFFSET passed;
  END IF;
END
$$;
