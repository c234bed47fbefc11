-- credit_score.fell: writes an outbox row when a credit score is lower than the one before it by the same formula. A job
-- decides whether it fell far enough for an alert. A new formula that gives less is no fall.
CREATE OR REPLACE FUNCTION outbox_after_fall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, subject_id)
  SELECT user_id, 'credit_score.fell', id FROM new_rows
  WHERE score IS NOT NULL AND score_before(user_id, id, formula_version) > score;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_fall AFTER INSERT ON credit_score_history
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_fall();
