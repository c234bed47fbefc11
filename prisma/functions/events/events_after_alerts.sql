-- alert.raised: writes a pending event for an alert, whoever raises it.
CREATE OR REPLACE FUNCTION events_after_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pending_events (user_id, type, data)
  VALUES (NEW.user_id, 'alert.raised', jsonb_build_object('alert_id', NEW.id, 'kind', NEW.kind));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_alerts AFTER INSERT ON alerts
  FOR EACH ROW EXECUTE FUNCTION events_after_alerts();
