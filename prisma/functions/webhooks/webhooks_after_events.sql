-- Queues a delivery for each appended event and each endpoint that wants it, in the transaction that numbers the event: none
-- is missed, and none is sent before it is numbered. Without endpoints this is one look at an empty table.
--
-- The lane of a user and an endpoint is locked until that is committed. So whoever ends a lane sees what was queued, or comes
-- first.
CREATE OR REPLACE FUNCTION webhooks_after_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  endpoints jsonb;
BEGIN
  SELECT jsonb_agg(jsonb_build_object('id', id, 'event_types', event_types)) INTO endpoints
  FROM webhook_endpoints WHERE disabled_at IS NULL;
  IF endpoints IS NULL THEN
    RETURN NULL;
  END IF;
  WITH queued AS (
    INSERT INTO webhook_deliveries (user_id, endpoint_id, event_id, type, next_attempt_at)
    SELECT appended.user_id, endpoint.id, appended.id, appended.type, now()
    FROM appended
    JOIN jsonb_to_recordset(endpoints) AS endpoint (id bigint, event_types text[])
      ON '*' = ANY (endpoint.event_types) OR appended.type = ANY (endpoint.event_types)
    ORDER BY appended.id
    RETURNING user_id, endpoint_id, event_id)
  INSERT INTO webhook_lanes (user_id, endpoint_id, due_at, passed)
  SELECT user_id, endpoint_id, now(), min(event_id) - 1 FROM queued GROUP BY user_id, endpoint_id ORDER BY user_id, endpoint_id
  ON CONFLICT (user_id, endpoint_id) DO UPDATE SET due_at = webhook_lanes.due_at;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER webhooks_after_insert AFTER INSERT ON events
  REFERENCING NEW TABLE AS appended
  FOR EACH STATEMENT EXECUTE FUNCTION webhooks_after_events();
