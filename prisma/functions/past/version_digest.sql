-- The digest of a version: the SHA-256 of its values as PostgreSQL writes a row as text, in UTF-8. Times are milliseconds
-- since 1970, so no setting of a session changes the text. The name is not part of it, as a rotation of keys encrypts it
-- anew. As a JSON array it took half as long again.
--
-- PostgreSQL inlines this function into the statements that use it.
CREATE OR REPLACE FUNCTION version_digest(
  id bigint, user_id bigint, transaction_id bigint, change varchar, recorded_at timestamptz, actor_id bigint,
  request_id varchar, transaction_date timestamptz, transaction_amount numeric, transaction_type varchar,
  currency varchar, description varchar, reference varchar, created_at timestamptz, updated_at timestamptz)
RETURNS bytea LANGUAGE sql STABLE
AS $$
  SELECT sha256(convert_to(ROW(
    id, user_id, transaction_id, change, (date_part('epoch', recorded_at) * 1000)::bigint, actor_id, request_id,
    (date_part('epoch', transaction_date) * 1000)::bigint, transaction_amount, transaction_type, currency, description,
    reference, (date_part('epoch', created_at) * 1000)::bigint, (date_part('epoch', updated_at) * 1000)::bigint)::text,
    'UTF8'))
$$;
