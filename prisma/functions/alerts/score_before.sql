-- The credit score that a user had before the one noted as `note`; null if there was none, or if it is of another formula.
CREATE OR REPLACE FUNCTION score_before(subject bigint, note bigint, formula integer) RETURNS smallint LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN former.formula_version = formula THEN former.score END
  FROM credit_score_history AS former
  WHERE former.user_id = subject AND former.id < note ORDER BY former.id DESC LIMIT 1
$$;
