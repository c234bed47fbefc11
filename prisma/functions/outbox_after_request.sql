-- report.requested, import.requested: writes the outbox row of a requested report or import, which lives until that has ended.
-- A file that a command reads from its disk gets none, because that command loads it.
CREATE OR REPLACE FUNCTION outbox_after_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, subject_id, request_id) VALUES (NEW.user_id, TG_ARGV[0], NEW.id, NEW.request_id);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_request AFTER INSERT ON reports
  FOR EACH ROW EXECUTE FUNCTION outbox_after_request('report.requested');

CREATE OR REPLACE TRIGGER outbox_after_request AFTER UPDATE OF status ON imports
  FOR EACH ROW WHEN (OLD.status = 'uploading' AND NEW.status = 'queued' AND NEW.has_upload)
  EXECUTE FUNCTION outbox_after_request('import.requested');
