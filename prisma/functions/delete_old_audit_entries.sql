-- Deletes up to `most` audit entries that are older than `days`, the oldest first, and returns how many.
CREATE OR REPLACE FUNCTION delete_old_audit_entries(days integer, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  deleted integer;
BEGIN
  -- Not a SET of the function: that needs a superuser.
  PERFORM set_config('passbook.audit_sweep', 'on', true);
  DELETE FROM audit_entries WHERE id = ANY (ARRAY (
    SELECT old.id FROM audit_entries AS old WHERE old.created_at < now() - make_interval(days => days)
    ORDER BY old.created_at LIMIT most));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  PERFORM set_config('passbook.audit_sweep', 'off', true);
  RETURN deleted;
END
$$;
