-- Returns the delivery of a leased lane that is to be tried now, and renews the lease. Where there is none, it ends the lane, or
-- makes it wait until the next one is due. Returns nothing either where somebody else has the lease by now.
--
-- A ping has no event, and waits for nobody. A delivery whose event is not kept any more goes.
--
-- The settings leave the planner the index of what waits. It is read from where the lane is: before that are entries of what was
-- delivered, which vacuum has not taken away. Lanes come and go like rows of the outbox: ranges in place of `=` leave the planner
-- their primary key, for the reason given in read_events.
CREATE OR REPLACE FUNCTION next_webhook_delivery(subject bigint, endpoint bigint, held uuid, lease_seconds integer)
RETURNS TABLE (id bigint, event_id bigint, type text, attempts smallint, created_at timestamptz, request_id varchar, data jsonb)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
  first webhook_deliveries;
  beyond bigint;
BEGIN
  SELECT passed INTO beyond FROM webhook_lanes
  WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint) AND lease = held
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  LOOP
    SELECT * INTO first FROM webhook_deliveries
    WHERE user_id = subject AND endpoint_id = endpoint AND status = 'pending' AND event_id IS NULL
    ORDER BY event_id NULLS FIRST, id LIMIT 1;
    IF NOT FOUND THEN
      SELECT * INTO first FROM webhook_deliveries
      WHERE user_id = subject AND endpoint_id = endpoint AND status = 'pending' AND event_id > beyond
      ORDER BY event_id NULLS FIRST, id LIMIT 1;
    END IF;
    IF NOT FOUND THEN
      DELETE FROM webhook_lanes
      WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint);
      RETURN;
    END IF;
    EXIT WHEN first.event_id IS NULL OR EXISTS (
      SELECT FROM events WHERE events.id = first.event_id AND events.user_id = subject);
    DELETE FROM webhook_deliveries WHERE id = first.id AND user_id = subject;
  END LOOP;
  IF first.next_attempt_at > now()::timestamptz(3) THEN
    UPDATE webhook_lanes SET due_at = first.next_attempt_at, lease = NULL, leased_until = NULL
    WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint);
    RETURN;
  END IF;
  UPDATE webhook_lanes SET leased_until = now() + make_interval(secs => lease_seconds)
  WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint);
  RETURN QUERY
  SELECT first.id, first.event_id, first.type, first.attempts, coalesce(events.created_at, first.created_at)::timestamptz,
    coalesce(events.request_id, first.request_id), events.data
  FROM (SELECT) AS one
  LEFT JOIN events ON events.id = first.event_id AND events.user_id = subject;
END
$$;
