-- Keeps what came of an attempt: the last 10 of a delivery. Returns false and keeps nothing where somebody else has the lease by
-- now, or the delivery is gone. Ranges in place of `=`: see next_webhook_delivery.
CREATE OR REPLACE FUNCTION end_webhook_attempt(
  subject bigint, endpoint bigint, held uuid, delivery bigint,
  outcome text, retry_at timestamptz, began timestamptz, took integer, answered smallint, failure text, reply bytea)
RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
DECLARE
  event bigint;
  last_but_ten bigint;
BEGIN
  PERFORM FROM webhook_lanes
  WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint) AND lease = held
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE webhook_deliveries
  SET status = outcome, attempts = attempts + 1, next_attempt_at = retry_at,
    finished_at = CASE WHEN outcome <> 'pending' THEN now() END
  WHERE id = delivery AND user_id = subject AND status = 'pending'
  RETURNING event_id INTO event;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF outcome <> 'pending' AND event IS NOT NULL THEN
    UPDATE webhook_lanes SET passed = event
    WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint);
  END IF;
  INSERT INTO webhook_attempts (user_id, delivery_id, started_at, duration_ms, status, error, answer)
  VALUES (subject, delivery, began, took, answered, failure, reply);
  SELECT id INTO last_but_ten FROM webhook_attempts
  WHERE (delivery_id, user_id, id) > (delivery, subject, 0) AND (delivery_id, user_id) <= (delivery, subject)
  ORDER BY delivery_id DESC, user_id DESC, id DESC OFFSET 10 LIMIT 1;
  DELETE FROM webhook_attempts
  WHERE (delivery_id, user_id, id) > (delivery, subject, 0) AND (delivery_id, user_id, id) <= (delivery, subject, last_but_ten);
  RETURN true;
END
$$;
