-- Queues a test event in the lane of whoever asks for it, before all else that waits there, and returns its id.
CREATE OR REPLACE FUNCTION queue_webhook_ping(subject bigint, endpoint bigint, request varchar) RETURNS bigint LANGUAGE plpgsql
AS $$
DECLARE
  queued bigint;
BEGIN
  INSERT INTO webhook_lanes (user_id, endpoint_id, due_at) VALUES (subject, endpoint, now())
  ON CONFLICT (user_id, endpoint_id) DO UPDATE SET due_at = excluded.due_at;
  INSERT INTO webhook_deliveries (user_id, endpoint_id, type, request_id, next_attempt_at)
  VALUES (subject, endpoint, 'ping', request, now())
  RETURNING id INTO queued;
  RETURN queued;
END
$$;
