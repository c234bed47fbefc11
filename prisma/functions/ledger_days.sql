-- Sums a user's transactions for each UTC day of a period and each currency. This is the only place that adds up credits,
-- debits, and the squares of both, which alerts need. The period includes both ends, which may be infinite.
--
-- PostgreSQL inlines this function into the statements that use it, so that they find transactions by index. For a single
-- day it does not compute the date, and else it uses an offset instead of a zone name: those doubled the time of a busy day.
CREATE OR REPLACE FUNCTION ledger_days(subject bigint, first date, last date)
RETURNS TABLE (date date, currency varchar, transaction_count integer, total_credit numeric, total_debit numeric,
  total_squares numeric)
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN first = last THEN first ELSE (transaction_date AT TIME ZONE interval '0')::date END, currency,
    count(*)::int,
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'credit'), 0),
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'debit'), 0),
    sum(transaction_amount * transaction_amount)
  FROM transactions
  WHERE user_id = subject
    AND transaction_date >= first::timestamp AT TIME ZONE 'UTC'
    AND transaction_date < (last + 1)::timestamp AT TIME ZONE 'UTC'
  GROUP BY 1, 2
$$;
