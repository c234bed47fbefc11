-- The ids of all endpoints that have deliveries. It goes from one to the next in the index, whatever the number of deliveries.
CREATE OR REPLACE FUNCTION endpoints_of_deliveries() RETURNS SETOF bigint LANGUAGE sql STABLE
SET enable_seqscan = off
AS $$
  WITH RECURSIVE found AS (
    SELECT min(endpoint_id) AS id FROM webhook_deliveries
    UNION ALL
    SELECT (SELECT min(endpoint_id) FROM webhook_deliveries WHERE endpoint_id > found.id)
    FROM found WHERE found.id IS NOT NULL)
  SELECT id FROM found WHERE id IS NOT NULL
$$;
