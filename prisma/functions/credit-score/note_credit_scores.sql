-- credit_score.changed: notes credit scores that changed, by value or by formula, in the history, whoever stores them, and
-- writes a pending event for each that did by value. Every change passes here. A new formula changes nothing for whom no
-- formula scores.
CREATE OR REPLACE FUNCTION note_credit_scores() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = on
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO credit_score_history (user_id, score, formula_version, computed_at)
    SELECT user_id, score, formula_version, computed_at FROM new_rows WHERE score IS NOT NULL;
    INSERT INTO pending_events (user_id, type, data)
    SELECT user_id, 'credit_score.changed', jsonb_build_object('user_id', user_id) FROM new_rows WHERE score IS NOT NULL;
  ELSE
    INSERT INTO credit_score_history (user_id, score, formula_version, computed_at)
    SELECT changed.user_id, changed.score, changed.formula_version, changed.computed_at
    FROM new_rows AS changed JOIN old_rows AS former USING (user_id)
    WHERE former.score IS DISTINCT FROM changed.score
      OR former.formula_version <> changed.formula_version AND changed.score IS NOT NULL;
    INSERT INTO pending_events (user_id, type, data)
    SELECT changed.user_id, 'credit_score.changed', jsonb_build_object('user_id', changed.user_id)
    FROM new_rows AS changed JOIN old_rows AS former USING (user_id)
    WHERE former.score IS DISTINCT FROM changed.score;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER note_credit_scores AFTER INSERT ON credit_scores
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION note_credit_scores();

CREATE OR REPLACE TRIGGER note_credit_scores_changed AFTER UPDATE ON credit_scores
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION note_credit_scores();
