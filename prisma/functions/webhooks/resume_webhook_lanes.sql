-- Has everything that waits for an endpoint tried now, at most `most` lanes, and returns how many there were. The first delivery
-- of each lane is what the others wait for.
CREATE OR REPLACE FUNCTION resume_webhook_lanes(endpoint bigint, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
DECLARE
  users bigint[];
BEGIN
  users := ARRAY (
    SELECT user_id FROM webhook_lanes WHERE endpoint_id = endpoint ORDER BY due_at LIMIT most FOR UPDATE SKIP LOCKED);
  UPDATE webhook_deliveries SET next_attempt_at = now()
  WHERE id = ANY (ARRAY (
    SELECT first.id FROM webhook_lanes AS lane CROSS JOIN LATERAL (
      SELECT id FROM webhook_deliveries
      WHERE user_id = lane.user_id AND endpoint_id = endpoint AND status = 'pending' AND event_id > lane.passed
      ORDER BY event_id NULLS FIRST, id LIMIT 1) AS first
    WHERE lane.user_id = ANY (users) AND lane.endpoint_id = endpoint));
  UPDATE webhook_lanes SET due_at = now() WHERE user_id = ANY (users) AND endpoint_id = endpoint;
  RETURN cardinality(users);
END
$$;
