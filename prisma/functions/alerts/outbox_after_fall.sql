-- credit_score.fell: writes an outbox row when a credit score is lower than the one before it by the same formula. A job
-- decides whether it fell far enough for an alert. A new formula that gives less is no fall.
CREATE OR REPLACE FUNCTION outbox_after_fall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, subject_id)
  SELECT NEW.user_id, 'credit_score.fell', NEW.id WHERE score_before(NEW.user_id, NEW.id, NEW.formula_version) > NEW.score;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_fall AFTER INSERT ON credit_score_history
  FOR EACH ROW WHEN (NEW.score IS NOT NULL)
  EXECUTE FUNCTION outbox_after_fall();
