-- Stores credit scores of users, and deletes the outbox rows that they answer, in one database transaction. A score of older
-- figures never replaces one of newer figures, so computing twice, late or out of order gives the same. Deleted users get
-- none. Changes of scores are noted by the trigger note_credit_scores.
CREATE OR REPLACE FUNCTION store_credit_scores(scores jsonb, formula integer) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  present bigint[];
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- Nobody waits long for a user of the same batch whom somebody else has locked: a batch that fails is split.
  IF jsonb_array_length(scores) > 1 THEN
    PERFORM set_config('lock_timeout', '3s', true);
  END IF;
  -- The users first, in the order of ids, as everywhere else: their deletion takes the locks in this order too.
  SELECT array_agg(locked.id) INTO present
  FROM (
    SELECT id FROM users
    WHERE id = ANY (ARRAY (SELECT (score ->> 'user_id')::bigint FROM jsonb_array_elements(scores) AS score))
    ORDER BY id FOR KEY SHARE) AS locked;
  IF present IS NULL THEN
    RETURN;
  END IF;

  INSERT INTO credit_scores AS stored (user_id, score, factors, formula_version, statistics_version, next_day, computed_at)
  SELECT user_id, score, factors, formula, version, next_day, clock_timestamp()
  FROM jsonb_to_recordset(scores) AS given (user_id bigint, version bigint, next_day date, score smallint, factors jsonb)
  WHERE user_id = ANY (present)
  ORDER BY user_id
  ON CONFLICT (user_id) DO UPDATE SET
    score = excluded.score,
    factors = excluded.factors,
    formula_version = excluded.formula_version,
    statistics_version = excluded.statistics_version,
    next_day = excluded.next_day,
    computed_at = excluded.computed_at
  WHERE stored.statistics_version <= excluded.statistics_version;

  -- Each user's rows are looked up for them: two arrays would be looked up by all of their pairs.
  DELETE FROM outbox WHERE ctid = ANY (ARRAY (
    SELECT own.ctid FROM jsonb_to_recordset(scores) AS given (user_id bigint, answered bigint[])
    CROSS JOIN LATERAL (
      SELECT row.ctid FROM outbox AS row
      WHERE row.user_id = given.user_id AND row.id = ANY (given.answered) FOR UPDATE OFFSET 0) AS own
    WHERE given.user_id = ANY (present)));
END
$$;
