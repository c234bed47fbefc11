-- What the event of a change to a transaction says of it.
--
-- PostgreSQL inlines this function into the statements that use it.
CREATE OR REPLACE FUNCTION transaction_facts(
  id bigint, transaction_date timestamptz, transaction_amount numeric, transaction_type varchar, currency varchar)
RETURNS jsonb LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'transaction_id', id,
    'transaction_date', to_char(transaction_date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'transaction_amount', transaction_amount::text,
    'transaction_type', transaction_type,
    'currency', currency)
$$;
