-- credit_score.changed: notes a credit score that changed, by value or by formula, in the history, whoever stores it, and writes
-- a pending event if its value did. Every change passes here.
CREATE OR REPLACE FUNCTION note_credit_score() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO credit_score_history (user_id, score, formula_version, computed_at)
  VALUES (NEW.user_id, NEW.score, NEW.formula_version, NEW.computed_at);
  IF TG_OP = 'INSERT' OR OLD.score IS DISTINCT FROM NEW.score THEN
    INSERT INTO pending_events (user_id, type, data)
    VALUES (NEW.user_id, 'credit_score.changed', jsonb_build_object('user_id', NEW.user_id));
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER note_credit_score AFTER INSERT ON credit_scores
  FOR EACH ROW WHEN (NEW.score IS NOT NULL)
  EXECUTE FUNCTION note_credit_score();

-- A new formula changes nothing for whom no formula scores.
CREATE OR REPLACE TRIGGER note_credit_score_changed AFTER UPDATE ON credit_scores
  FOR EACH ROW WHEN (OLD.score IS DISTINCT FROM NEW.score
    OR OLD.formula_version <> NEW.formula_version AND NEW.score IS NOT NULL)
  EXECUTE FUNCTION note_credit_score();
