-- What surrounds a customer: employments, bank accounts, tasks, reports, API keys, and what makes writes safe to
-- retry and passwords hard to guess.

CREATE TYPE "TaskStatus" AS ENUM ('pending', 'in_progress', 'completed');

CREATE TYPE "ReportStatus" AS ENUM ('queued', 'running', 'completed', 'failed');

ALTER TABLE "users" ADD COLUMN "disabled_at" TIMESTAMPTZ(3);

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

CREATE TABLE "user_counts" (
    "shard" SMALLINT NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "user_counts_pkey" PRIMARY KEY ("shard")
);

CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");
CREATE INDEX "api_keys_user_id_idx" ON "api_keys"("user_id");
CREATE INDEX "login_throttles_last_at_idx" ON "login_throttles"("last_at");
CREATE INDEX "login_addresses_last_at_idx" ON "login_addresses"("last_at");
CREATE INDEX "idempotency_keys_user_id_idx" ON "idempotency_keys"("user_id");
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");
CREATE INDEX "employments_user_id_id_idx" ON "employments"("user_id", "id");
CREATE UNIQUE INDEX "bank_accounts_account_number_index_key" ON "bank_accounts"("account_number_index");
CREATE INDEX "bank_accounts_user_id_id_idx" ON "bank_accounts"("user_id", "id");
CREATE INDEX "bank_accounts_bank_key_user_id_idx" ON "bank_accounts"("bank_key", "user_id");
CREATE INDEX "tasks_user_id_id_idx" ON "tasks"("user_id", "id" DESC);
CREATE INDEX "reports_user_id_idx" ON "reports"("user_id");
CREATE INDEX "reports_created_at_idx" ON "reports"("created_at");

ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "login_addresses" ADD CONSTRAINT "login_addresses_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "employments" ADD CONSTRAINT "employments_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "bank_accounts" ADD CONSTRAINT "bank_accounts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "reports" ADD CONSTRAINT "reports_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "report_chunks" ADD CONSTRAINT "report_chunks_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "reports"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One current employment and one primary bank account a user, whoever writes.
CREATE UNIQUE INDEX "employments_current_key" ON "employments"("user_id") WHERE "is_current";
CREATE UNIQUE INDEX "bank_accounts_primary_key" ON "bank_accounts"("user_id") WHERE "is_primary";

-- What filters and reports go by: the current employment alone.
CREATE INDEX "employments_company_key_user_id_idx" ON "employments"("company_key", "user_id") WHERE "is_current";

ALTER TABLE "employments"
  ADD CONSTRAINT "employments_dates_check" CHECK ("end_date" >= "start_date");

-- How many users there are, kept by the statements that change it. A writer adds to the shard of its
-- connection, so that two seldom wait for each other; the sum over the shards is exact.
CREATE FUNCTION "count_users"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "change" bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM "user_counts";
    RETURN NULL;
  END IF;
  SELECT CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END INTO "change" FROM "changed_rows";
  IF "change" <> 0 THEN
    INSERT INTO "user_counts" ("shard", "count") VALUES (pg_backend_pid() % 1024, "change")
    ON CONFLICT ("shard") DO UPDATE SET "count" = "user_counts"."count" + excluded."count";
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER "count_users_inserted" AFTER INSERT ON "users"
  REFERENCING NEW TABLE AS "changed_rows" FOR EACH STATEMENT EXECUTE FUNCTION "count_users"();
CREATE TRIGGER "count_users_deleted" AFTER DELETE ON "users"
  REFERENCING OLD TABLE AS "changed_rows" FOR EACH STATEMENT EXECUTE FUNCTION "count_users"();
CREATE TRIGGER "count_users_truncated" AFTER TRUNCATE ON "users"
  FOR EACH STATEMENT EXECUTE FUNCTION "count_users"();

INSERT INTO "user_counts" ("shard", "count") SELECT 0, count(*) FROM "users";
