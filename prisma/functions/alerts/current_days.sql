-- The figures of a user's days in one currency from `first` to `last`, as the ledger has them at this moment: the stored ones,
-- and for days with a change in the outbox those of the ledger. A single statement sees a single state, so alerts do not depend
-- on how far the figures are.
CREATE OR REPLACE FUNCTION current_days(subject bigint, wanted varchar, first date, last date)
RETURNS TABLE (date date, transaction_count integer, total_amount numeric, total_squares numeric) LANGUAGE sql STABLE
AS $$
  WITH changed AS MATERIALIZED (
    SELECT DISTINCT changed_day
    FROM outbox AS waiting, unnest(coalesce(waiting.days, ARRAY[waiting.day])) AS changed_day
    WHERE waiting.user_id = subject AND waiting.day IS NOT NULL AND changed_day BETWEEN first AND last)
  SELECT daily.date, daily.transaction_count, daily.total_credit + daily.total_debit, daily.total_squares
  FROM daily_statistics AS daily
  WHERE daily.user_id = subject AND daily.currency = wanted AND daily.date BETWEEN first AND last
    AND daily.date <> ALL (ARRAY (SELECT changed_day FROM changed))
  UNION ALL
  SELECT figures.date, figures.transaction_count, figures.total_credit + figures.total_debit, figures.total_squares
  FROM changed CROSS JOIN LATERAL ledger_days(subject, changed_day, changed_day) AS figures
  WHERE figures.currency = wanted
$$;
