-- Has a delivery of a user's tried again from the start, now. Of one that waits, the first of its lane is tried now. Ranges in
-- place of `=`: see next_webhook_delivery.
CREATE OR REPLACE FUNCTION redeliver_webhook(subject bigint, endpoint bigint, delivery bigint) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
DECLARE
  first bigint;
  beyond bigint;
BEGIN
  -- The lane is locked first, as whoever delivers does.
  INSERT INTO webhook_lanes (user_id, endpoint_id, due_at, passed)
  SELECT subject, endpoint, now(), coalesce(event_id - 1, 0) FROM webhook_deliveries
  WHERE id = delivery AND user_id = subject
  ON CONFLICT (user_id, endpoint_id)
  DO UPDATE SET due_at = excluded.due_at, passed = least(webhook_lanes.passed, excluded.passed)
  RETURNING passed INTO beyond;
  UPDATE webhook_deliveries
  SET status = 'pending', attempts = 0, next_attempt_at = now(), finished_at = NULL
  WHERE id = delivery AND user_id = subject;
  SELECT id INTO first FROM webhook_deliveries
  WHERE user_id = subject AND endpoint_id = endpoint AND status = 'pending' AND event_id > beyond
  ORDER BY event_id NULLS FIRST, id LIMIT 1;
  UPDATE webhook_deliveries SET next_attempt_at = now()
  WHERE id = first AND user_id = subject;
END
$$;
