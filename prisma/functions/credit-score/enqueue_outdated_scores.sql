-- credit_score.outdated: writes outbox rows for up to `most` users scored by an older formula, and as many for whom a day has
-- come that was in the future when they were scored. Users who wait for a score already get none. A worker of an older
-- release leaves scores of a newer formula alone, so two releases side by side do not undo each other's work.
--
-- Rows come in the order of an index, so that it reads only the first ones.
CREATE OR REPLACE FUNCTION enqueue_outdated_scores(formula integer, today date, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  enqueued integer;
BEGIN
  INSERT INTO outbox (user_id, type, subject_id)
  SELECT outdated.user_id, 'credit_score.outdated', outdated.user_id
  FROM (
    (SELECT scored.user_id FROM credit_scores AS scored
     WHERE scored.formula_version < formula AND NOT EXISTS (
       SELECT FROM outbox AS waiting
       WHERE waiting.user_id = scored.user_id AND outbox_turn(waiting.type, waiting.day) = 'score')
     ORDER BY scored.formula_version, scored.user_id LIMIT most)
    UNION
    (SELECT scored.user_id FROM credit_scores AS scored
     WHERE scored.next_day <= today AND NOT EXISTS (
       SELECT FROM outbox AS waiting
       WHERE waiting.user_id = scored.user_id AND outbox_turn(waiting.type, waiting.day) = 'score')
     ORDER BY scored.next_day, scored.user_id LIMIT most)) AS outdated;
  GET DIAGNOSTICS enqueued = ROW_COUNT;
  RETURN enqueued;
END
$$;
