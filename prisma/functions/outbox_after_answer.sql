-- Deletes the outbox row of a report or an import when that ends or is deleted.
CREATE OR REPLACE FUNCTION outbox_after_answer() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  DELETE FROM outbox WHERE user_id = OLD.user_id AND type = TG_ARGV[0] AND subject_id = OLD.id;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_answer AFTER UPDATE OF status ON reports
  FOR EACH ROW WHEN (NEW.status IN ('completed', 'failed'))
  EXECUTE FUNCTION outbox_after_answer('report.requested');

CREATE OR REPLACE TRIGGER outbox_after_deletion AFTER DELETE ON reports
  FOR EACH ROW WHEN (OLD.status IN ('queued', 'running'))
  EXECUTE FUNCTION outbox_after_answer('report.requested');

CREATE OR REPLACE TRIGGER outbox_after_answer AFTER UPDATE OF status ON imports
  FOR EACH ROW WHEN (NEW.status IN ('completed', 'failed', 'cancelled'))
  EXECUTE FUNCTION outbox_after_answer('import.requested');

CREATE OR REPLACE TRIGGER outbox_after_deletion AFTER DELETE ON imports
  FOR EACH ROW WHEN (OLD.status IN ('queued', 'running'))
  EXECUTE FUNCTION outbox_after_answer('import.requested');
