-- The tables of Passbook as of its first release: what schema.prisma says, then what it has no word for.

CREATE TYPE "Role" AS ENUM ('user', 'staff', 'admin');
CREATE TYPE "TaskStatus" AS ENUM ('pending', 'in_progress', 'completed');
CREATE TYPE "ReportStatus" AS ENUM ('queued', 'running', 'completed', 'failed');
CREATE TYPE "ImportKind" AS ENUM ('dataset', 'users', 'transactions');
CREATE TYPE "ImportStatus" AS ENUM ('uploading', 'queued', 'running', 'completed', 'failed', 'cancelled');
CREATE TYPE "ImportPart" AS ENUM ('upload', 'rejects');

CREATE TABLE "users" (
    "id" BIGSERIAL NOT NULL,
    "username" VARCHAR(64),
    "username_key" VARCHAR(64),
    "password_hash" TEXT,
    "role" "Role" NOT NULL DEFAULT 'user',
    "name" BYTEA NOT NULL,
    "email" BYTEA,
    "name_index" BYTEA NOT NULL,
    "email_index" BYTEA,
    "search_index" BIGINT[],
    "age" SMALLINT,
    "pincode" VARCHAR(12),
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "refresh_tokens" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "family" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "refresh_tokens_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "transactions" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "full_name" BYTEA NOT NULL,
    "transaction_date" TIMESTAMPTZ(3) NOT NULL,
    "transaction_amount" DECIMAL(17,4) NOT NULL,
    "transaction_type" VARCHAR(6) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "description" VARCHAR(500),
    "reference" VARCHAR(100),
    "request_id" VARCHAR(128),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "transactions_pkey" PRIMARY KEY ("id","user_id")
);

CREATE TABLE "daily_statistics" (
    "user_id" BIGINT NOT NULL,
    "date" DATE NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "transaction_count" INTEGER NOT NULL,
    "total_credit" DECIMAL NOT NULL,
    "total_debit" DECIMAL NOT NULL,

    CONSTRAINT "daily_statistics_pkey" PRIMARY KEY ("user_id","currency","date")
);

CREATE TABLE "monthly_statistics" (
    "user_id" BIGINT NOT NULL,
    "month" DATE NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "transaction_count" INTEGER NOT NULL,
    "total_credit" DECIMAL NOT NULL,
    "total_debit" DECIMAL NOT NULL,
    "busiest_date" DATE NOT NULL,
    "busiest_count" INTEGER NOT NULL,

    CONSTRAINT "monthly_statistics_pkey" PRIMARY KEY ("user_id","currency","month")
);

CREATE TABLE "user_statistics" (
    "user_id" BIGINT NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "transaction_count" INTEGER NOT NULL,
    "total_credit" DECIMAL NOT NULL,
    "total_debit" DECIMAL NOT NULL,
    "busiest_date" DATE NOT NULL,
    "busiest_count" INTEGER NOT NULL,

    CONSTRAINT "user_statistics_pkey" PRIMARY KEY ("user_id","currency")
);

CREATE TABLE "statistics_versions" (
    "user_id" BIGINT NOT NULL,
    "version" BIGINT NOT NULL DEFAULT 0,
    "computed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "statistics_versions_pkey" PRIMARY KEY ("user_id")
);

CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "days" DATE[],
    "request_id" VARCHAR(128),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "enqueued_at" TIMESTAMPTZ(3),
    "attempts" SMALLINT NOT NULL DEFAULT 0,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id","user_id")
);

CREATE TABLE "api_keys" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "name" VARCHAR(100) NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "login_throttles" (
    "subject" BYTEA NOT NULL,
    "failures" INTEGER NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "blocked_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "login_throttles_pkey" PRIMARY KEY ("subject")
);

CREATE TABLE "login_addresses" (
    "user_id" BIGINT NOT NULL,
    "address" BYTEA NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "login_addresses_pkey" PRIMARY KEY ("user_id","address")
);

CREATE TABLE "idempotency_keys" (
    "id" BYTEA NOT NULL,
    "user_id" BIGINT,
    "fingerprint" BYTEA NOT NULL,
    "status" SMALLINT NOT NULL,
    "answer" BYTEA NOT NULL,
    "user_ids" BIGINT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "employments" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "company_name" VARCHAR(200) NOT NULL,
    "company_key" TEXT NOT NULL,
    "job_title" VARCHAR(200),
    "start_date" DATE,
    "end_date" DATE,
    "is_current" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "employments_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "bank_accounts" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "bank_name" VARCHAR(200) NOT NULL,
    "bank_key" TEXT NOT NULL,
    "account_number" BYTEA NOT NULL,
    "account_number_index" BYTEA NOT NULL,
    "ifsc_code" VARCHAR(20),
    "account_type" VARCHAR(50),
    "is_primary" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "bank_accounts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "tasks" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "title" VARCHAR(200) NOT NULL,
    "description" VARCHAR(5000),
    "status" "TaskStatus" NOT NULL DEFAULT 'pending',
    "due_date" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tasks_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "reports" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "status" "ReportStatus" NOT NULL DEFAULT 'queued',
    "group_by" TEXT[],
    "format" VARCHAR(10) NOT NULL,
    "include_members" BOOLEAN NOT NULL,
    "progress" REAL NOT NULL DEFAULT 0,
    "group_count" INTEGER,
    "bytes" BIGINT,
    "request_id" VARCHAR(128),
    "alive_at" TIMESTAMPTZ(3),
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "reports_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "report_chunks" (
    "report_id" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "report_chunks_pkey" PRIMARY KEY ("report_id","position")
);

CREATE TABLE "encryption_keys" (
    "key_id" VARCHAR(32) NOT NULL,
    "check_value" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "encryption_keys_pkey" PRIMARY KEY ("key_id")
);

CREATE TABLE "user_counts" (
    "shard" SMALLINT NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "user_counts_pkey" PRIMARY KEY ("shard")
);

CREATE TABLE "imports" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "kind" "ImportKind" NOT NULL,
    "name" VARCHAR(63) NOT NULL,
    "status" "ImportStatus" NOT NULL DEFAULT 'uploading',
    "options" JSONB NOT NULL,
    "has_upload" BOOLEAN NOT NULL DEFAULT true,
    "compressed" BOOLEAN NOT NULL DEFAULT false,
    "sha256" BYTEA,
    "bytes_total" BIGINT,
    "bytes_read" BIGINT NOT NULL DEFAULT 0,
    "rows_read" BIGINT NOT NULL DEFAULT 0,
    "rows_loaded" BIGINT NOT NULL DEFAULT 0,
    "rows_rejected" BIGINT NOT NULL DEFAULT 0,
    "rows_skipped" BIGINT NOT NULL DEFAULT 0,
    "dialect" JSONB,
    "columns" JSONB,
    "error" JSONB,
    "request_id" VARCHAR(128),
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "alive_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "imports_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "import_chunks" (
    "import_id" BIGINT NOT NULL,
    "part" "ImportPart" NOT NULL,
    "position" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "import_chunks_pkey" PRIMARY KEY ("import_id","part","position")
);

CREATE TABLE "datasets" (
    "id" BIGSERIAL NOT NULL,
    "name" VARCHAR(63) NOT NULL,
    "import_id" BIGINT,
    "columns" JSONB NOT NULL,
    "row_count" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "datasets_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "users_username_key" ON "users"("username_key");
CREATE UNIQUE INDEX "users_email_index_key" ON "users"("email_index");
CREATE INDEX "users_name_index_idx" ON "users"("name_index");
CREATE INDEX "users_search_index_idx" ON "users" USING GIN ("search_index");
CREATE INDEX "users_pincode_id_idx" ON "users"("pincode", "id");
CREATE INDEX "users_age_id_idx" ON "users"("age", "id");
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at", "id");
CREATE INDEX "users_updated_at_id_idx" ON "users"("updated_at", "id");
CREATE UNIQUE INDEX "refresh_tokens_token_hash_key" ON "refresh_tokens"("token_hash");
CREATE INDEX "refresh_tokens_user_id_idx" ON "refresh_tokens"("user_id");
CREATE INDEX "refresh_tokens_family_idx" ON "refresh_tokens"("family");
CREATE INDEX "refresh_tokens_expires_at_idx" ON "refresh_tokens"("expires_at");
CREATE INDEX "transactions_user_id_transaction_date_id_idx" ON "transactions"("user_id", "transaction_date" DESC, "id" DESC);
CREATE INDEX "outbox_user_id_enqueued_at_idx" ON "outbox"("user_id", "enqueued_at");
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");
CREATE INDEX "api_keys_user_id_idx" ON "api_keys"("user_id");
CREATE INDEX "login_throttles_last_at_idx" ON "login_throttles"("last_at");
CREATE INDEX "login_addresses_last_at_idx" ON "login_addresses"("last_at");
CREATE INDEX "idempotency_keys_user_id_idx" ON "idempotency_keys"("user_id");
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");
CREATE INDEX "idempotency_keys_user_ids_idx" ON "idempotency_keys" USING GIN ("user_ids");
CREATE INDEX "employments_user_id_id_idx" ON "employments"("user_id", "id");
CREATE UNIQUE INDEX "bank_accounts_account_number_index_key" ON "bank_accounts"("account_number_index");
CREATE INDEX "bank_accounts_user_id_id_idx" ON "bank_accounts"("user_id", "id");
CREATE INDEX "tasks_user_id_id_idx" ON "tasks"("user_id", "id" DESC);
CREATE INDEX "reports_user_id_idx" ON "reports"("user_id");
CREATE INDEX "reports_created_at_idx" ON "reports"("created_at");
CREATE INDEX "imports_user_id_id_idx" ON "imports"("user_id", "id" DESC);
CREATE INDEX "imports_sha256_idx" ON "imports"("sha256");
CREATE UNIQUE INDEX "datasets_name_key" ON "datasets"("name");
CREATE INDEX "datasets_import_id_idx" ON "datasets"("import_id");

ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "transactions" ADD CONSTRAINT "transactions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "user_statistics" ADD CONSTRAINT "user_statistics_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "statistics_versions" ADD CONSTRAINT "statistics_versions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "login_addresses" ADD CONSTRAINT "login_addresses_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "employments" ADD CONSTRAINT "employments_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "bank_accounts" ADD CONSTRAINT "bank_accounts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "reports" ADD CONSTRAINT "reports_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "report_chunks" ADD CONSTRAINT "report_chunks_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "reports"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "imports" ADD CONSTRAINT "imports_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "import_chunks" ADD CONSTRAINT "import_chunks_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "imports"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "imports"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What the language of schema.prisma has no word for: checks, partial and covering indexes, storage, functions and triggers.

ALTER TABLE "users"
  ADD CONSTRAINT "users_age_check" CHECK ("age" BETWEEN 1 AND 150);

ALTER TABLE "transactions"
  ADD CONSTRAINT "transactions_type_check" CHECK ("transaction_type" IN ('credit', 'debit')),
  ADD CONSTRAINT "transactions_amount_check" CHECK ("transaction_amount" > 0),
  ADD CONSTRAINT "transactions_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT "transactions_date_check" CHECK (
    "transaction_date" >= '0001-01-01 00:00:00Z' AND "transaction_date" < '10000-01-01 00:00:00Z');

ALTER TABLE "employments"
  ADD CONSTRAINT "employments_dates_check" CHECK ("end_date" >= "start_date");

-- Whoever deletes a user locks the admins: not by reading a million rows.
CREATE INDEX "users_admins_idx" ON "users" ("id") WHERE "role" = 'admin';

-- A reference comes once a user. Rows without one are left out: the transactions of a user between two times are found by
-- one index only, as this one would find all of the user's.
CREATE UNIQUE INDEX "transactions_user_id_reference_key" ON "transactions" ("user_id", "reference")
  WHERE "reference" IS NOT NULL;

-- Rows that were never sent, by age: an order that no other index has, so that rows on their way are not read as well.
CREATE INDEX "outbox_new_idx" ON "outbox" ("created_at", "id") WHERE "enqueued_at" IS NULL;

-- Rows on their way. Not WHERE "enqueued_at" IS NOT NULL: the question whether a user has one could then use this index,
-- which finds those of all users.
CREATE INDEX "outbox_enqueued_idx" ON "outbox" ("enqueued_at") WHERE "attempts" > 0;

-- Rows live for milliseconds: vacuum by count, not by share of the table.
ALTER TABLE "outbox" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- One current employment and one primary bank account a user, whoever writes.
CREATE UNIQUE INDEX "employments_current_key" ON "employments" ("user_id") WHERE "is_current";
CREATE UNIQUE INDEX "bank_accounts_primary_key" ON "bank_accounts" ("user_id") WHERE "is_primary";

-- What filters and reports go by. Grouping reads the names as well: with them in the index it reads nothing else.
CREATE INDEX "employments_company_key_user_id_idx" ON "employments" ("company_key", "user_id") INCLUDE ("company_name")
  WHERE "is_current";
CREATE INDEX "bank_accounts_bank_key_user_id_idx" ON "bank_accounts" ("bank_key", "user_id") INCLUDE ("bank_name");

-- What the sweep of reports looks for, without the others.
CREATE INDEX "reports_unfinished_idx" ON "reports" ("id") WHERE "status" IN ('queued', 'running');
CREATE INDEX "reports_failed_idx" ON "reports" ("id") WHERE "status" = 'failed';

-- What a worker looks for.
CREATE INDEX "imports_unfinished_idx" ON "imports" ("id") WHERE "status" IN ('uploading', 'queued', 'running');

-- What is encrypted does not get smaller by compression.
ALTER TABLE "import_chunks" ALTER COLUMN "content" SET STORAGE EXTERNAL;

-- The tables that imports make, each named `d` and the id of its row in "datasets".
CREATE SCHEMA "datasets";

INSERT INTO "user_counts" ("shard", "count") VALUES (0, 0);

-- The files of prisma/functions: first what others use, then in the order of their names.

-- The day that was so busy: see busyness.
CREATE OR REPLACE FUNCTION busiest_day(most integer[]) RETURNS date LANGUAGE sql IMMUTABLE
AS $$
  SELECT date '2000-01-01' + most[2]
$$;

-- How busy a day was, to be compared: max(busyness(…)) is that of the busiest day, the latest among equals, which
-- busiest_day names. Arrays compare element by element; it takes a quarter of the time of an aggregate that sorts.
CREATE OR REPLACE FUNCTION busyness(transaction_count integer, day date) RETURNS integer[] LANGUAGE sql IMMUTABLE
AS $$
  SELECT ARRAY[transaction_count, day - date '2000-01-01']
$$;

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

-- Marks rows again that were sent long ago and have no figures yet, those that wait longest first, and returns them. Their
-- job got lost or is failing: the wait of retry_seconds doubles with each time, up to an hour.
--
-- It has one plan for the reason that claim_outbox has.
CREATE OR REPLACE FUNCTION claim_lost_outbox(most integer, retry_seconds integer)
RETURNS TABLE (id bigint, user_id bigint, request_id varchar) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE outbox SET enqueued_at = now(), attempts = least(attempts + 1, 30)
  WHERE outbox.id = ANY (ARRAY (
    SELECT sent.id FROM outbox AS sent
    WHERE sent.attempts > 0
      AND sent.enqueued_at < now() - make_interval(secs => retry_seconds)
      AND sent.enqueued_at < now() - make_interval(secs => least(retry_seconds * power(2, sent.attempts - 1), 3600))
    ORDER BY sent.enqueued_at LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.request_id;
END
$$;

-- Marks rows that were never sent, the oldest first, and returns them. A user with a row on its way is left alone.
--
-- It has one plan, whatever the statistics say, which autovacuum may have gathered while the outbox was empty: the planner
-- then calls every plan equally cheap, and took one that ran the inner query again for each row. `= ANY (ARRAY (SELECT …))`
-- runs it once, and rows come in the order of their index, so that the first ones are enough however many wait.
CREATE OR REPLACE FUNCTION claim_outbox(most integer)
RETURNS TABLE (id bigint, user_id bigint, request_id varchar) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
  WHERE outbox.id = ANY (ARRAY (
    SELECT candidate.id FROM outbox AS candidate
    WHERE candidate.enqueued_at IS NULL AND NOT EXISTS (
      SELECT FROM outbox AS sent
      WHERE sent.user_id = candidate.user_id AND sent.enqueued_at IS NOT NULL)
    ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.request_id;
END
$$;

-- Keeps how many users there are. A writer adds to the shard of its connection, so that two seldom wait for each other; the
-- sum over the shards is exact.
CREATE OR REPLACE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM user_counts;
    RETURN NULL;
  END IF;
  SELECT CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END INTO change FROM changed_rows;
  IF change <> 0 THEN
    INSERT INTO user_counts (shard, count) VALUES (pg_backend_pid() % 1024, change)
    ON CONFLICT (shard) DO UPDATE SET count = user_counts.count + excluded.count;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER count_users_inserted AFTER INSERT ON users
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION count_users();

CREATE OR REPLACE TRIGGER count_users_deleted AFTER DELETE ON users
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION count_users();

CREATE OR REPLACE TRIGGER count_users_truncated AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION count_users();

-- Forgets attempts to log in that are too old to count, but for what is just being counted anew.
CREATE OR REPLACE FUNCTION delete_old_attempts(before timestamptz) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  DELETE FROM login_throttles
  WHERE subject = ANY (ARRAY (
    SELECT old.subject FROM login_throttles AS old WHERE old.last_at < before FOR UPDATE SKIP LOCKED));
END
$$;

-- The days of a user whose stored statistics, or those of their month, differ from the ledger, and a day for each currency
-- whose totals do. As one statement it sees one state: a user with a change on its way has none, and nobody else can have
-- any unless something wrote past the recomputation.
CREATE OR REPLACE FUNCTION drifted_days(subject bigint) RETURNS SETOF date LANGUAGE sql STABLE
SET enable_seqscan = off
AS $$
  WITH ledger AS (SELECT * FROM ledger_days(subject, '-infinity', 'infinity')),
  daily AS MATERIALIZED (SELECT * FROM daily_statistics WHERE user_id = subject),
  different_days AS (
    SELECT date
    FROM ledger FULL JOIN daily USING (date, currency)
    WHERE (ledger.transaction_count, ledger.total_credit, ledger.total_debit)
      IS DISTINCT FROM (daily.transaction_count, daily.total_credit, daily.total_debit)),
  months AS (
    SELECT date_trunc('month', date)::date AS month, currency, sum(transaction_count)::int AS transaction_count,
      sum(total_credit) AS total_credit, sum(total_debit) AS total_debit,
      max(busyness(transaction_count, date)) AS busyness
    FROM daily GROUP BY 1, 2),
  different_months AS (
    SELECT month AS date
    FROM months FULL JOIN (SELECT * FROM monthly_statistics WHERE user_id = subject) AS monthly USING (month, currency)
    WHERE (months.transaction_count, months.total_credit, months.total_debit, months.busyness)
      IS DISTINCT FROM (monthly.transaction_count, monthly.total_credit, monthly.total_debit,
        busyness(monthly.busiest_count, monthly.busiest_date))),
  totals AS (
    SELECT currency, sum(transaction_count)::int AS transaction_count, sum(total_credit) AS total_credit,
      sum(total_debit) AS total_debit, max(busyness) AS busyness
    FROM months GROUP BY 1),
  different_totals AS (
    SELECT coalesce(busiest_day(totals.busyness), total.busiest_date) AS date
    FROM totals FULL JOIN (SELECT * FROM user_statistics WHERE user_id = subject) AS total USING (currency)
    WHERE (totals.transaction_count, totals.total_credit, totals.total_debit, totals.busyness)
      IS DISTINCT FROM (total.transaction_count, total.total_credit, total.total_debit,
        busyness(total.busiest_count, total.busiest_date)))
  SELECT date FROM (
    SELECT date FROM different_days
    UNION SELECT date FROM different_months
    UNION SELECT date FROM different_totals) AS different
  WHERE NOT EXISTS (SELECT FROM outbox WHERE user_id = subject)
$$;

-- A kept answer goes with any of the users it tells of.
CREATE OR REPLACE FUNCTION forget_answers() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  DELETE FROM idempotency_keys
  WHERE user_ids && (SELECT array_agg(id) FROM deleted_users);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER forget_answers AFTER DELETE ON users
  REFERENCING OLD TABLE AS deleted_users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_answers();

-- Days and months go with their user. They have no foreign key, as checking the user of each took a third of a
-- recomputation. Only recomputations write them, which hold the user; a deletion whose state is older than a recomputation
-- runs into the version that the recomputation raised, which has its foreign key.
CREATE OR REPLACE FUNCTION forget_statistics() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM daily_statistics;
    DELETE FROM monthly_statistics;
    RETURN NULL;
  END IF;
  DELETE FROM daily_statistics WHERE user_id = ANY (ARRAY (SELECT id FROM deleted_users));
  DELETE FROM monthly_statistics WHERE user_id = ANY (ARRAY (SELECT id FROM deleted_users));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER forget_statistics AFTER DELETE ON users
  REFERENCING OLD TABLE AS deleted_users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_statistics();

CREATE OR REPLACE TRIGGER forget_statistics_truncated AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION forget_statistics();

-- A transaction of several big statements leaves a row for each user and statement: this makes one of them for each user,
-- at its end. Its rows are those made at the time of the transaction; whatever else was made in the same millisecond and
-- waits loses nothing by being put together as well. Days may come twice in a row.
CREATE OR REPLACE FUNCTION merge_outbox() RETURNS void LANGUAGE sql AS $$
  WITH merged AS (
    DELETE FROM outbox WHERE created_at = now()::timestamptz(3) AND enqueued_at IS NULL
    RETURNING user_id, coalesce(days, ARRAY[day]) AS days, request_id)
  INSERT INTO outbox (user_id, day, days, request_id)
  SELECT user_id, min(day), array_agg(day), max(request_id)
  FROM merged, unnest(days) AS day
  GROUP BY user_id
$$;

-- A day that lost a transaction gets an outbox row. A deleted row cannot carry the id of the request that deletes it: the
-- setting does. Where the user is deleted too there is nothing left to compute.
--
-- Each user is asked for alone: a join may read all users in the order of an index.
CREATE OR REPLACE FUNCTION outbox_after_delete() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  INSERT INTO outbox (user_id, day, request_id)
  SELECT user_id, day, left(nullif(current_setting('passbook.request_id', true), ''), 128)
  FROM (
    SELECT DISTINCT user_id, (transaction_date AT TIME ZONE 'UTC')::date AS day FROM old_rows) AS touched
  WHERE (SELECT true FROM users WHERE users.id = touched.user_id);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_delete AFTER DELETE ON transactions
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_delete();

-- Whoever inserts a transaction (API, bulk, COPY, psql) leaves one outbox row for each user and UTC day that the statement
-- touched, in the same database transaction. Triggers of statements do it: a COPY of a million rows fires once.
--
-- A statement that inserts 10,000 transactions and more leaves one row for each user, with all days of theirs in days
-- and the first in day, in place of one for each day.
CREATE OR REPLACE FUNCTION outbox_after_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 10000) AS counted) < 10000 THEN
    INSERT INTO outbox (user_id, day, request_id)
    SELECT user_id, (transaction_date AT TIME ZONE 'UTC')::date, max(request_id)
    FROM new_rows
    GROUP BY 1, 2;
  ELSE
    INSERT INTO outbox (user_id, day, days, request_id)
    SELECT user_id, min(day), array_agg(DISTINCT day), max(request_id)
    FROM (
      SELECT user_id, (transaction_date AT TIME ZONE 'UTC')::date AS day, request_id
      FROM new_rows) AS touched
    GROUP BY user_id;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_insert AFTER INSERT ON transactions
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_insert();

-- Each day that had figures gets an outbox row.
CREATE OR REPLACE FUNCTION outbox_after_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, day)
  SELECT DISTINCT daily_statistics.user_id, date
  FROM daily_statistics
  JOIN users ON users.id = daily_statistics.user_id;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_truncate AFTER TRUNCATE ON transactions
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_truncate();

-- An update may move a transaction to another day: the day it was on and the day it is on get an outbox row.
CREATE OR REPLACE FUNCTION outbox_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, day, request_id)
  SELECT user_id, (transaction_date AT TIME ZONE 'UTC')::date, max(request_id)
  FROM (
    SELECT user_id, transaction_date, NULL AS request_id FROM old_rows
    UNION ALL
    SELECT user_id, transaction_date, request_id FROM new_rows
  ) AS touched
  GROUP BY 1, 2;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_update();

-- Recomputes the days of users that changed, their months, and the users' totals, in one database transaction that also
-- deletes the outbox rows it answers. The figures come from the ledger each time and are never added to: running twice, late
-- or out of order gives the same. The cost depends on the days that changed, not on the length of the history.
--
-- Why it is exact: each outbox row became visible together with its change; every statement here sees at least what the one
-- that deletes the outbox rows saw; a change that comes later brings a row of its own. The lock on the version makes
-- recomputations of one user take turns. Users and then versions are locked in the order of ids, as whoever else locks
-- several does.
--
-- It is a function because its statements sent one by one took more than twice as long. It takes many users because one call
-- for each took twice as long where a load touched a day of many; they have to be kept where the first one is.
--
-- Its plans are made while tables may be empty, and kept while they grow. They have to be kept: the planner calls those for
-- arrays it knows shorter, and making them anew at each call took half of its time. So rows come by their index whatever the
-- statistics say, and what belongs to a user is asked for by user: a join may read a whole table in the order of an index.
--
-- Returns the users for whom there was something to do, and when the oldest of their changes was made. Of others no change
-- waits, or they are gone.
CREATE OR REPLACE FUNCTION recompute_statistics(subject bigint, others bigint[] DEFAULT '{}')
RETURNS TABLE (user_id bigint, oldest timestamptz) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  started timestamptz := clock_timestamp();
  present bigint[];
  users_of_days bigint[];
  days date[];
  users_of_months bigint[];
  months date[];
  answered_users bigint[];
  answered_since timestamptz[];
  known bigint[];
  fresh bigint[];
BEGIN
  SELECT array_agg(waiting.id ORDER BY waiting.id) INTO present
  FROM unnest(subject || others) AS waiting (id)
  WHERE (SELECT true FROM outbox WHERE outbox.user_id = waiting.id LIMIT 1);
  IF present IS NULL THEN
    RETURN;
  END IF;

  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);

  -- The users first: their deletion takes the locks in this order too.
  SELECT array_agg(locked.id) INTO present
  FROM (SELECT id FROM users WHERE id = ANY (present) ORDER BY id FOR KEY SHARE) AS locked;

  -- Microseconds, not a count: a version that a crash took back is never given to other figures.
  INSERT INTO statistics_versions (user_id, version, computed_at)
  SELECT one, (extract(epoch FROM started) * 1000000)::bigint, started FROM unnest(present) AS one
  ON CONFLICT (user_id) DO UPDATE SET
    version = greatest(statistics_versions.version + 1, excluded.version),
    computed_at = greatest(statistics_versions.computed_at, excluded.computed_at);

  WITH answered AS (
    DELETE FROM outbox WHERE user_id = ANY (present)
    RETURNING user_id, created_at, coalesce(days, ARRAY[day]) AS days),
  touched AS (
    SELECT DISTINCT user_id, day FROM answered, unnest(days) AS day ORDER BY 1, 2),
  by_user AS (
    SELECT user_id, min(created_at) AS oldest FROM answered GROUP BY 1),
  by_month AS (
    SELECT DISTINCT user_id, date_trunc('month', day)::date AS month FROM touched ORDER BY 1, 2)
  SELECT
    (SELECT array_agg(user_id) FROM by_user), (SELECT array_agg(oldest) FROM by_user),
    (SELECT array_agg(user_id) FROM touched), (SELECT array_agg(day) FROM touched),
    (SELECT array_agg(user_id) FROM by_month), (SELECT array_agg(month) FROM by_month)
  INTO answered_users, answered_since, users_of_days, days, users_of_months, months;
  IF days IS NULL THEN
    RETURN;
  END IF;

  -- Who has no figures yet has no days but those that changed: all of their transactions are read in one go.
  SELECT array_agg(one) FILTER (WHERE has_figures), array_agg(one) FILTER (WHERE NOT has_figures)
  INTO known, fresh
  FROM unnest(answered_users) AS one,
    LATERAL (SELECT EXISTS (
      SELECT FROM daily_statistics WHERE daily_statistics.user_id = one) AS has_figures) AS asked;

  IF known IS NOT NULL THEN
    DELETE FROM daily_statistics WHERE ctid = ANY (ARRAY (
      SELECT own.ctid FROM unnest(users_of_days, days) AS touched (user_id, day)
      CROSS JOIN LATERAL (
        SELECT daily.ctid FROM daily_statistics AS daily
        WHERE daily.user_id = touched.user_id AND daily.date = touched.day OFFSET 0) AS own
      WHERE touched.user_id = ANY (known)));
    INSERT INTO daily_statistics (user_id, date, currency, transaction_count, total_credit, total_debit)
    SELECT touched.user_id, figures.*
    FROM unnest(users_of_days, days) AS touched (user_id, day)
    CROSS JOIN LATERAL ledger_days(touched.user_id, touched.day, touched.day) AS figures
    WHERE touched.user_id = ANY (known);
  END IF;
  IF fresh IS NOT NULL THEN
    INSERT INTO daily_statistics (user_id, date, currency, transaction_count, total_credit, total_debit)
    SELECT one, figures.*
    FROM unnest(fresh) AS one CROSS JOIN LATERAL ledger_days(one, '-infinity', 'infinity') AS figures;
  END IF;

  DELETE FROM monthly_statistics WHERE ctid = ANY (ARRAY (
    SELECT own.ctid FROM unnest(users_of_months, months) AS touched (user_id, month)
    CROSS JOIN LATERAL (
      SELECT monthly.ctid FROM monthly_statistics AS monthly
      WHERE monthly.user_id = touched.user_id AND monthly.month = touched.month OFFSET 0) AS own));
  INSERT INTO monthly_statistics (
    user_id, month, currency, transaction_count, total_credit, total_debit, busiest_date, busiest_count)
  SELECT touched.user_id, touched.month, figures.*
  FROM unnest(users_of_months, months) AS touched (user_id, month)
  CROSS JOIN LATERAL (
    SELECT currency, sum(transaction_count)::int, sum(total_credit), sum(total_debit),
      busiest_day(max(busyness(transaction_count, date))), max(transaction_count)
    FROM daily_statistics
    WHERE daily_statistics.user_id = touched.user_id
      AND date >= touched.month AND date < touched.month + interval '1 month'
    GROUP BY currency) AS figures;

  DELETE FROM user_statistics AS total
  WHERE user_id = ANY (answered_users) AND (
    SELECT true FROM monthly_statistics AS monthly
    WHERE monthly.user_id = total.user_id AND monthly.currency = total.currency LIMIT 1) IS NULL;
  INSERT INTO user_statistics (
    user_id, currency, transaction_count, total_credit, total_debit, busiest_date, busiest_count)
  SELECT one, figures.*
  FROM unnest(answered_users) AS one
  CROSS JOIN LATERAL (
    SELECT currency, sum(transaction_count)::int, sum(total_credit), sum(total_debit),
      busiest_day(max(busyness(busiest_count, busiest_date))), max(busiest_count)
    FROM monthly_statistics WHERE monthly_statistics.user_id = one GROUP BY currency) AS figures
  ON CONFLICT (user_id, currency) DO UPDATE SET
    transaction_count = excluded.transaction_count,
    total_credit = excluded.total_credit,
    total_debit = excluded.total_debit,
    busiest_date = excluded.busiest_date,
    busiest_count = excluded.busiest_count;

  RETURN QUERY SELECT * FROM unnest(answered_users, answered_since);
END
$$;

-- Takes back the marks of all rows on their way. Rows that are locked are about to be answered; waiting for them could lock
-- out who answers many.
CREATE OR REPLACE FUNCTION release_outbox() RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE outbox SET enqueued_at = NULL, attempts = 0
  WHERE id = ANY (ARRAY (
    SELECT sent.id FROM outbox AS sent WHERE sent.attempts > 0 FOR UPDATE SKIP LOCKED));
END
$$;
