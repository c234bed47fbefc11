-- What the transactions of a user come to on each UTC day of a period and in each currency: here, and nowhere else, credits
-- and debits are summed. Both ends belong to the period and may be infinite.
--
-- It is put in place into the statements that use it, so that these find the transactions by their index. The day is not
-- computed where there is one, and from an offset rather than a name elsewhere: that doubled the time of a busy day.
CREATE OR REPLACE FUNCTION ledger_days(subject bigint, first date, last date)
RETURNS TABLE (date date, currency varchar, transaction_count integer, total_credit numeric, total_debit numeric)
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN first = last THEN first ELSE (transaction_date AT TIME ZONE interval '0')::date END, currency,
    count(*)::int,
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'credit'), 0),
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'debit'), 0)
  FROM transactions
  WHERE user_id = subject
    AND transaction_date >= first::timestamp AT TIME ZONE 'UTC'
    AND transaction_date < (last + 1)::timestamp AT TIME ZONE 'UTC'
  GROUP BY 1, 2
$$;
