-- Which work an outbox row waits for its turn at: a user has one job at a time for each. Changes of days wait for `figures`,
-- what changes a credit score for `score`, what may raise an alert for `alerts`. Null for requests, which never wait.
-- PostgreSQL inlines this function.
CREATE OR REPLACE FUNCTION outbox_turn(type text, day date) RETURNS text LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE
    WHEN day IS NOT NULL THEN 'figures'
    WHEN type IN ('statistics.updated', 'credit_score.outdated') THEN 'score'
    WHEN type IN ('transactions.written', 'credit_score.fell') THEN 'alerts'
  END
$$;
