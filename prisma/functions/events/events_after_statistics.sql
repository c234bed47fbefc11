-- statistics.updated: writes a pending event for each user whose figures a recomputation changed. Months and totals follow from
-- the days, so the days tell. A recomputation deletes the days that it computes and inserts them again: what the first statement
-- deletes is kept as one digest for each user, in a setting, and compared with what the second inserts.
CREATE OR REPLACE FUNCTION events_after_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM set_config('passbook.figures_before', coalesce(json_object_agg(user_id, digest)::text, '{}'), true)
    FROM (
      SELECT user_id, bit_xor(hash_record_extended(changed_rows, 0)) AS digest
      FROM changed_rows GROUP BY user_id) AS before;
    RETURN NULL;
  END IF;
  INSERT INTO pending_events (user_id, type, data)
  SELECT user_id, 'statistics.updated', jsonb_build_object('user_id', user_id)
  FROM (
    SELECT user_id, hash_record_extended(changed_rows, 0) AS digest FROM changed_rows
    UNION ALL
    SELECT key::bigint, value::bigint
    FROM json_each_text(coalesce(nullif(current_setting('passbook.figures_before', true), ''), '{}')::json)) AS figures
  GROUP BY user_id HAVING bit_xor(digest) <> 0;
  PERFORM set_config('passbook.figures_before', '', true);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_delete AFTER DELETE ON daily_statistics
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_statistics();

CREATE OR REPLACE TRIGGER events_after_insert AFTER INSERT ON daily_statistics
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_statistics();
