-- Raises the alerts that users' outbox rows give cause for, deletes those rows in the same database transaction, and returns
-- the kinds of the alerts. Each outbox row became visible together with its cause, so none is missed. A cause raises one alert,
-- however often a job runs. Deleted users get none.
--
-- Its plans are made while tables may be empty, and kept while they grow: the settings are those of recompute_statistics.
CREATE OR REPLACE FUNCTION raise_alerts(subjects bigint[], rules jsonb) RETURNS SETOF text LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  present bigint[];
  authors bigint[];
  written bigint[];
  scored bigint[];
  fallen bigint[];
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- Nobody waits long for a user of the same batch whom somebody else has locked: a batch that fails is split.
  IF cardinality(raise_alerts.subjects) > 1 THEN
    PERFORM set_config('lock_timeout', '3s', true);
  END IF;
  -- The users first, in the order of ids, as everywhere else: their deletion takes the locks in this order too.
  SELECT array_agg(locked.id) INTO present
  FROM (SELECT id FROM users WHERE id = ANY (raise_alerts.subjects) ORDER BY id FOR KEY SHARE) AS locked;
  IF present IS NULL THEN
    RETURN;
  END IF;

  WITH answered AS (
    DELETE FROM outbox WHERE outbox.user_id = ANY (present) AND outbox_turn(outbox.type, outbox.day) = 'alerts'
    RETURNING user_id, subjects, subject_id),
  of_transactions AS (
    SELECT DISTINCT user_id, id FROM answered, unnest(answered.subjects) AS id),
  of_scores AS (
    SELECT user_id, subject_id FROM answered WHERE subject_id IS NOT NULL)
  SELECT
    (SELECT array_agg(user_id) FROM of_transactions), (SELECT array_agg(id) FROM of_transactions),
    (SELECT array_agg(user_id) FROM of_scores), (SELECT array_agg(subject_id) FROM of_scores)
  INTO authors, written, scored, fallen;
  IF written IS NULL AND fallen IS NULL THEN
    RETURN;
  END IF;

  RETURN QUERY
  INSERT INTO alerts (
    user_id, kind, cause, transaction_id, currency, amount, day, transaction_count, threshold, score, previous_score)
  SELECT * FROM find_alerts(authors, written, scored, fallen, rules)
  ON CONFLICT (user_id, kind, cause) DO NOTHING
  RETURNING alerts.kind::text;
END
$$;
