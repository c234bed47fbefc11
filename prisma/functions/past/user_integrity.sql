-- Compares a user's transactions with their versions, these with their chain, and statistics with the ledger. A single
-- statement sees a single state. ARCHITECTURE.md says what each kind of problem means. It names ids alone.
--
-- Nested loops are off because the planner rates what is joined by statistics of all users.
CREATE OR REPLACE FUNCTION user_integrity(subject bigint)
RETURNS TABLE (versions bigint, transactions bigint, problems jsonb) LANGUAGE sql STABLE
SET enable_seqscan = off SET enable_nestloop = off
AS $$
  WITH version AS MATERIALIZED (
    SELECT *, digest <> version_digest(id, user_id, transaction_id, change, recorded_at, actor_id, request_id,
      transaction_date, transaction_amount, transaction_type, currency, description, reference, created_at, updated_at)
      AS altered
    FROM transaction_versions WHERE user_id = subject),
  latest AS MATERIALIZED (
    SELECT DISTINCT ON (transaction_id) * FROM version ORDER BY transaction_id, id DESC),
  stored AS MATERIALIZED (
    SELECT * FROM transactions WHERE user_id = subject),
  compared AS (
    SELECT latest.id AS version_id, coalesce(latest.transaction_id, stored.id) AS transaction_id,
      CASE
        WHEN latest.id IS NULL THEN 'transaction_unversioned'
        WHEN stored.id IS NULL AND latest.change <> 'deleted' THEN 'transaction_missing'
        WHEN latest.change = 'deleted' AND stored.id IS NOT NULL THEN 'transaction_unversioned'
        WHEN stored.id IS NOT NULL AND (latest.full_name, latest.transaction_date, latest.transaction_amount,
            latest.transaction_type, latest.currency, latest.description, latest.reference, latest.created_at,
            latest.updated_at)
          IS DISTINCT FROM (stored.full_name, stored.transaction_date, stored.transaction_amount,
            stored.transaction_type, stored.currency, stored.description, stored.reference, stored.created_at,
            stored.updated_at) THEN 'transaction_altered'
      END AS kind
    FROM latest FULL JOIN stored ON stored.id = latest.transaction_id),
  batches AS (
    SELECT batch, count(*) AS versions, min(id) AS first_id, sha256(string_agg(digest, '' ORDER BY id)) AS digest
    FROM version GROUP BY batch),
  links AS (
    SELECT sequence, batch, hash, versions - lag(versions, 1, 0::bigint) OVER in_order AS versions,
      lag(sequence, 1, 0::bigint) OVER in_order AS previous, lag(hash) OVER in_order AS previous_hash
    FROM chain_links WHERE user_id = subject WINDOW in_order AS (ORDER BY sequence)),
  chain AS (
    SELECT first_id AS version_id, batch,
      CASE
        WHEN links.batch IS NULL THEN 'version_unlinked'
        WHEN sequence <> previous + 1 THEN 'link_missing'
        WHEN coalesce(batches.versions, 0) < links.versions THEN 'version_missing'
        WHEN batches.versions > links.versions THEN 'version_unlinked'
        WHEN hash <> CASE sequence WHEN 1 THEN digest ELSE sha256(previous_hash || digest) END
          THEN 'link_altered'
      END AS kind
    FROM links FULL JOIN batches USING (batch)),
  ends AS (
    SELECT (
        SELECT (sequence, versions, hash) FROM chain_links WHERE user_id = subject ORDER BY sequence DESC LIMIT 1)
      IS DISTINCT FROM (SELECT (sequence, versions, hash) FROM chain_heads WHERE user_id = subject) AS differ),
  found AS (
    SELECT 'version_altered' AS kind, transaction_id, id AS version_id FROM version WHERE altered
    UNION ALL
    SELECT kind, NULL, coalesce(version_id, batch) FROM chain WHERE kind IS NOT NULL
    UNION ALL
    SELECT kind, transaction_id, version_id FROM compared WHERE kind IS NOT NULL
    UNION ALL
    SELECT 'head_altered', NULL, NULL FROM ends WHERE differ
    UNION ALL
    SELECT 'statistics_wrong', NULL, NULL WHERE EXISTS (SELECT FROM drifted_days(subject)))
  SELECT (SELECT count(*) FROM version), (SELECT count(*) FROM stored), coalesce((
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
      'user_id', subject, 'kind', kind, 'version_id', version_id, 'transaction_id', coalesce(
        transaction_id, (SELECT version.transaction_id FROM version WHERE version.id = version_id))))
      ORDER BY version_id, transaction_id)
    FROM (SELECT * FROM found ORDER BY version_id, transaction_id LIMIT 100) AS first), '[]')
$$;
