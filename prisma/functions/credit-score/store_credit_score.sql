-- Stores a user's credit score, and deletes the outbox rows that it answers, in one database transaction. A score of older
-- figures never replaces one of newer figures, so computing twice, late or out of order gives the same. A deleted user gets
-- none. A change of the score is noted by the trigger note_credit_score.
CREATE OR REPLACE FUNCTION store_credit_score(
  subject bigint, answered bigint[], figures bigint, score smallint, factors jsonb, formula integer, next_day date)
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_variable
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- The user first: their deletion takes the locks in this order too.
  PERFORM FROM users WHERE users.id = subject FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  INSERT INTO credit_scores AS stored (user_id, score, factors, formula_version, statistics_version, next_day, computed_at)
  VALUES (subject, score, factors, formula, figures, next_day, clock_timestamp())
  ON CONFLICT (user_id) DO UPDATE SET
    score = excluded.score,
    factors = excluded.factors,
    formula_version = excluded.formula_version,
    statistics_version = excluded.statistics_version,
    next_day = excluded.next_day,
    computed_at = excluded.computed_at
  WHERE stored.statistics_version <= excluded.statistics_version;

  DELETE FROM outbox WHERE outbox.user_id = subject AND outbox.id = ANY (answered);
END
$$;
