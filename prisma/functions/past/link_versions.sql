-- Adds the versions of a database transaction to the chains of their users: one link for each user. A link's hash is the
-- SHA-256 of the hash before it and of the digest of its versions.
--
-- The head of a chain also counts the transactions that there are, so that nobody has to.
--
-- It runs at the commit, once for each database transaction. So the load of a file keeps no chain locked while it runs,
-- and writers of several users lock their chains in one order, whatever the order of their statements. Digests are
-- computed before the first lock.
CREATE OR REPLACE FUNCTION link_versions() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  owners bigint[];
  counts bigint[];
  more bigint[];
  digests bytea[];
BEGIN
  -- What the database transaction writes from now on is another batch.
  PERFORM set_config('passbook.version_batch', '', true);
  -- Most batches have one version: grouping that took half of the time of linking it.
  SELECT array_agg(user_id), array_agg(1), array_agg(CASE change WHEN 'created' THEN 1 WHEN 'deleted' THEN -1 ELSE 0 END),
    array_agg(sha256(digest))
  INTO owners, counts, more, digests
  FROM (SELECT user_id, change, digest FROM transaction_versions WHERE batch = NEW.batch LIMIT 2) AS added;
  IF cardinality(owners) = 2 THEN
    SELECT array_agg(user_id), array_agg(versions), array_agg(transactions), array_agg(digest)
    INTO owners, counts, more, digests
    FROM (
      SELECT user_id, count(*) AS versions,
        sum(CASE change WHEN 'created' THEN 1 WHEN 'deleted' THEN -1 ELSE 0 END) AS transactions,
        sha256(string_agg(digest, '' ORDER BY id)) AS digest
      FROM transaction_versions WHERE batch = NEW.batch GROUP BY user_id) AS added;
  END IF;
  WITH moved AS (
    INSERT INTO chain_heads AS head (user_id, sequence, versions, transactions, hash)
    SELECT owner, 1, versions, transactions, digest
    FROM unnest(owners, counts, more, digests) AS added (owner, versions, transactions, digest)
    ORDER BY owner
    ON CONFLICT (user_id) DO UPDATE SET sequence = head.sequence + 1, versions = head.versions + excluded.versions,
      transactions = head.transactions + excluded.transactions, hash = sha256(head.hash || excluded.hash)
    RETURNING user_id, sequence, versions, hash)
  INSERT INTO chain_links (user_id, sequence, batch, versions, hash)
  SELECT user_id, sequence, NEW.batch, versions, hash FROM moved;
  RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER link_versions AFTER INSERT ON transaction_versions
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.id = NEW.batch)
  EXECUTE FUNCTION link_versions();
