-- Deletes the lanes and up to `most` deliveries of an endpoint that is gone, and returns how many deliveries there were. Ranges in
-- place of `=`: see read_events.
CREATE OR REPLACE FUNCTION delete_webhook_deliveries(endpoint bigint, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM webhook_lanes WHERE endpoint_id = endpoint;
  DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY (
    SELECT id FROM webhook_deliveries
    WHERE (endpoint_id, id) > (endpoint, 0) AND endpoint_id <= endpoint
    ORDER BY endpoint_id, id LIMIT most));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
