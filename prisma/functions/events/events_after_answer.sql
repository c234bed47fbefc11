-- import.completed, import.failed, report.completed: writes a pending event when an import or a report ends so.
CREATE OR REPLACE FUNCTION events_after_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pending_events (user_id, type, data, request_id)
  VALUES (NEW.user_id, TG_ARGV[0] || '.' || NEW.status, jsonb_build_object(TG_ARGV[0] || '_id', NEW.id), NEW.request_id);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_answer AFTER UPDATE OF status ON imports
  FOR EACH ROW WHEN (NEW.status IN ('completed', 'failed') AND NEW.status <> OLD.status)
  EXECUTE FUNCTION events_after_answer('import');

CREATE OR REPLACE TRIGGER events_after_answer AFTER UPDATE OF status ON reports
  FOR EACH ROW WHEN (NEW.status = 'completed' AND NEW.status <> OLD.status)
  EXECUTE FUNCTION events_after_answer('report');
