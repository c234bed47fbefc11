-- Raises the alerts that a user's outbox rows give cause for, deletes those rows in the same database transaction, and returns
-- the kinds of the alerts. Each outbox row became visible together with its cause, so none is missed. A cause raises one alert,
-- however often a job runs. A deleted user gets none.
--
-- Its plans are made while tables may be empty, and kept while they grow: the settings are those of recompute_statistics.
CREATE OR REPLACE FUNCTION raise_alerts(subject bigint, rules jsonb) RETURNS SETOF text LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  written bigint[];
  fallen bigint[];
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- The user first: their deletion takes the locks in this order too.
  PERFORM FROM users WHERE users.id = subject FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  WITH answered AS (
    DELETE FROM outbox WHERE outbox.user_id = subject AND outbox_turn(outbox.type, outbox.day) = 'alerts'
    RETURNING subjects, subject_id)
  SELECT
    (SELECT array_agg(DISTINCT one) FROM answered, unnest(answered.subjects) AS one),
    (SELECT array_agg(subject_id) FROM answered WHERE subject_id IS NOT NULL)
  INTO written, fallen;
  IF written IS NULL AND fallen IS NULL THEN
    RETURN;
  END IF;

  RETURN QUERY
  INSERT INTO alerts (
    user_id, kind, cause, transaction_id, currency, amount, day, transaction_count, threshold, score, previous_score)
  SELECT subject, found.* FROM find_alerts(subject, written, fallen, rules) AS found
  ON CONFLICT (user_id, kind, cause) DO NOTHING
  RETURNING alerts.kind::text;
END
$$;
