-- The past of transactions: every version of each, and a chain of hashes for each user. An existing transaction gets one
-- version, which says that it was created and holds what it is now.

ALTER TABLE "transactions" ADD COLUMN "actor_id" BIGINT;

CREATE TABLE "transaction_versions" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "transaction_id" BIGINT NOT NULL,
    "batch" BIGINT NOT NULL,
    "change" VARCHAR(7) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "actor_id" BIGINT,
    "request_id" VARCHAR(128),
    "full_name" BYTEA NOT NULL,
    "transaction_date" TIMESTAMPTZ(3) NOT NULL,
    "transaction_amount" DECIMAL(17,4) NOT NULL,
    "transaction_type" VARCHAR(6) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "description" VARCHAR(500),
    "reference" VARCHAR(100),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "digest" BYTEA NOT NULL
);

CREATE TABLE "chain_links" (
    "user_id" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "batch" BIGINT NOT NULL,
    "versions" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL
);

CREATE TABLE "chain_heads" (
    "user_id" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "versions" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL
);

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

-- Rows come first and indexes after: that takes half the time.
INSERT INTO "transaction_versions" (
  "id", "user_id", "transaction_id", "batch", "change", "recorded_at", "request_id", "full_name", "transaction_date",
  "transaction_amount", "transaction_type", "currency", "description", "reference", "created_at", "updated_at", "digest")
SELECT "number", "user_id", "id", 1, 'created', "recorded", "request_id", "full_name", "transaction_date",
  "transaction_amount", "transaction_type", "currency", "description", "reference", "created_at", "updated_at",
  version_digest("number", "user_id", "id", 'created', "recorded", NULL, "request_id", "transaction_date",
    "transaction_amount", "transaction_type", "currency", "description", "reference", "created_at", "updated_at")
FROM (
  SELECT *, row_number() OVER (ORDER BY "user_id", "id") AS "number", now()::timestamptz(3) AS "recorded"
  FROM "transactions") AS "existing";

SELECT setval('transaction_versions_id_seq', greatest(max("id"), 1), max("id") IS NOT NULL) FROM "transaction_versions";

INSERT INTO "chain_links" ("user_id", "sequence", "batch", "versions", "hash")
SELECT "user_id", 1, 1, count(*), sha256(string_agg("digest", '' ORDER BY "id"))
FROM "transaction_versions" GROUP BY "user_id";

INSERT INTO "chain_heads" ("user_id", "sequence", "versions", "hash")
SELECT "user_id", "sequence", "versions", "hash" FROM "chain_links";

ALTER TABLE "transaction_versions"
  ADD CONSTRAINT "transaction_versions_pkey" PRIMARY KEY ("user_id", "transaction_id", "id"),
  ADD CONSTRAINT "transaction_versions_change_check" CHECK ("change" IN ('created', 'updated', 'deleted'));
CREATE INDEX "transaction_versions_batch_user_id_idx" ON "transaction_versions" ("batch", "user_id");
CREATE INDEX "transaction_versions_deleted_idx" ON "transaction_versions" ("transaction_id") WHERE "change" = 'deleted';
ALTER TABLE "chain_links" ADD CONSTRAINT "chain_links_pkey" PRIMARY KEY ("user_id", "sequence");
ALTER TABLE "chain_heads" ADD CONSTRAINT "chain_heads_pkey" PRIMARY KEY ("user_id");
ALTER TABLE "chain_heads" ADD CONSTRAINT "chain_heads_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- Writes a version of each transaction that a statement created, updated or deleted, in the same database transaction,
-- whoever the writer is (API, bulk, COPY, psql). link_versions adds the versions to their users' chains at the commit.
--
-- A created row says itself which request and account wrote it. An updated or deleted one may still hold those of an
-- earlier change, so settings of the database transaction say it; without them nobody is named.
--
-- The first version of a database transaction has its batch as its id. If the user is deleted too, no version is left.
CREATE OR REPLACE FUNCTION version_transactions() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
  by_request varchar := left(nullif(current_setting('passbook.request_id', true), ''), 128);
  by_account bigint := nullif(current_setting('passbook.actor_id', true), '')::bigint;
  begun bigint := nullif(current_setting('passbook.version_batch', true), '')::bigint;
  current_batch bigint := begun;
  change_made varchar := CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END;
  recorded timestamptz(3) := clock_timestamp();
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('passbook.key_rotation', true) = 'on' THEN
    UPDATE transaction_versions AS version SET full_name = rotated.full_name
    FROM changed_rows AS rotated JOIN old_rows AS former USING (id, user_id)
    WHERE version.user_id = rotated.user_id AND version.transaction_id = rotated.id
      AND version.full_name = former.full_name;
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' AND NOT EXISTS (
    SELECT FROM users WHERE users.id = (SELECT changed_rows.user_id FROM changed_rows LIMIT 1)) THEN
    RETURN NULL;
  END IF;

  IF begun IS NULL THEN
    current_batch := nextval('transaction_versions_id_seq');
  END IF;
  INSERT INTO transaction_versions (
    id, user_id, transaction_id, batch, change, recorded_at, actor_id, request_id, full_name, transaction_date,
    transaction_amount, transaction_type, currency, description, reference, created_at, updated_at, digest)
  SELECT version_id, user_id, id, current_batch, change_made, recorded, account, request, full_name, transaction_date,
    transaction_amount, transaction_type, currency, description, reference, created_at, updated_at,
    version_digest(version_id, user_id, id, change_made, recorded, account, request, transaction_date,
      transaction_amount, transaction_type, currency, description, reference, created_at, updated_at)
  FROM (
    SELECT *,
      CASE WHEN begun IS NULL AND row_number() OVER () = 1
        THEN current_batch ELSE nextval('transaction_versions_id_seq') END AS version_id,
      CASE TG_OP WHEN 'INSERT' THEN actor_id ELSE by_account END AS account,
      CASE TG_OP WHEN 'INSERT' THEN request_id ELSE by_request END AS request
    FROM changed_rows) AS changed;
  IF begun IS NULL AND FOUND THEN
    PERFORM set_config('passbook.version_batch', current_batch::text, true);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER version_after_insert AFTER INSERT ON transactions
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION version_transactions();

CREATE OR REPLACE TRIGGER version_after_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION version_transactions();

CREATE OR REPLACE TRIGGER version_after_delete AFTER DELETE ON transactions
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION version_transactions();

-- Deletes all transactions before a TRUNCATE, so that each leaves a version.
CREATE OR REPLACE FUNCTION version_before_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM transactions;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER version_before_truncate BEFORE TRUNCATE ON transactions
  FOR EACH STATEMENT EXECUTE FUNCTION version_before_truncate();

-- Turns an update of a transaction's key into a deletion and a creation, so that the chain of each user tells of it.
CREATE OR REPLACE FUNCTION move_transaction() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  DELETE FROM transactions WHERE id = OLD.id AND user_id = OLD.user_id;
  INSERT INTO transactions SELECT NEW.*;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER move_transaction BEFORE UPDATE ON transactions
  FOR EACH ROW WHEN (OLD.id <> NEW.id OR OLD.user_id <> NEW.user_id)
  EXECUTE FUNCTION move_transaction();

-- Adds the versions of a database transaction to the chains of their users: one link for each user. A link's hash is the
-- SHA-256 of the hash before it and of the digest of its versions.
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
  digests bytea[];
BEGIN
  -- What the database transaction writes from now on is another batch.
  PERFORM set_config('passbook.version_batch', '', true);
  -- Most batches have one version: grouping that took half of the time of linking it.
  SELECT array_agg(user_id), array_agg(1), array_agg(sha256(digest)) INTO owners, counts, digests
  FROM (SELECT user_id, digest FROM transaction_versions WHERE batch = NEW.batch LIMIT 2) AS added;
  IF cardinality(owners) = 2 THEN
    SELECT array_agg(user_id), array_agg(versions), array_agg(digest) INTO owners, counts, digests
    FROM (
      SELECT user_id, count(*) AS versions, sha256(string_agg(digest, '' ORDER BY id)) AS digest
      FROM transaction_versions WHERE batch = NEW.batch GROUP BY user_id) AS added;
  END IF;
  WITH moved AS (
    INSERT INTO chain_heads AS head (user_id, sequence, versions, hash)
    SELECT owner, 1, versions, digest FROM unnest(owners, counts, digests) AS added (owner, versions, digest)
    ORDER BY owner
    ON CONFLICT (user_id) DO UPDATE SET sequence = head.sequence + 1, versions = head.versions + excluded.versions,
      hash = sha256(head.hash || excluded.hash)
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

-- Keeps versions and the links of their chains as they were written. A rotation of keys may encrypt a name anew, and
-- what belongs to a deleted user may go.
CREATE OR REPLACE FUNCTION protect_versions() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF current_setting('passbook.key_rotation', true) = 'on'
      AND to_jsonb(NEW) - 'full_name' = to_jsonb(OLD) - 'full_name' THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (
      SELECT FROM (SELECT DISTINCT user_id FROM deleted_rows) AS owners
      WHERE (SELECT true FROM users WHERE users.id = owners.user_id)) THEN
      RETURN NULL;
    END IF;
  END IF;
  RAISE EXCEPTION 'the past of transactions cannot be changed' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE OR REPLACE TRIGGER protect_rows BEFORE UPDATE ON transaction_versions
  FOR EACH ROW EXECUTE FUNCTION protect_versions();
CREATE OR REPLACE TRIGGER protect_deleted AFTER DELETE ON transaction_versions
  REFERENCING OLD TABLE AS deleted_rows
  FOR EACH STATEMENT EXECUTE FUNCTION protect_versions();
CREATE OR REPLACE TRIGGER protect_table BEFORE TRUNCATE ON transaction_versions
  FOR EACH STATEMENT EXECUTE FUNCTION protect_versions();

CREATE OR REPLACE TRIGGER protect_rows BEFORE UPDATE ON chain_links
  FOR EACH ROW EXECUTE FUNCTION protect_versions();
CREATE OR REPLACE TRIGGER protect_deleted AFTER DELETE ON chain_links
  REFERENCING OLD TABLE AS deleted_rows
  FOR EACH STATEMENT EXECUTE FUNCTION protect_versions();
CREATE OR REPLACE TRIGGER protect_table BEFORE TRUNCATE ON chain_links
  FOR EACH STATEMENT EXECUTE FUNCTION protect_versions();

-- Deletes the past of transactions with their user. Only the head of a chain has a foreign key: each version would look up
-- its user. A deletion whose snapshot is older than a change fails on the head that the change moved.
CREATE OR REPLACE FUNCTION forget_versions() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM transaction_versions;
    DELETE FROM chain_links;
    RETURN NULL;
  END IF;
  DELETE FROM transaction_versions WHERE user_id = ANY (ARRAY (SELECT id FROM deleted_users));
  DELETE FROM chain_links WHERE user_id = ANY (ARRAY (SELECT id FROM deleted_users));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER forget_versions AFTER DELETE ON users
  REFERENCING OLD TABLE AS deleted_users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_versions();

CREATE OR REPLACE TRIGGER forget_versions_truncated AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_versions();

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
