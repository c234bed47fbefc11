-- Keys can be replaced while all goes on: the database says which ones are in use.
ALTER TABLE "encryption_keys" ADD COLUMN "retired_at" TIMESTAMPTZ(3);

CREATE TABLE "key_use" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "version" BIGINT NOT NULL DEFAULT 1,
    "field_key" VARCHAR(32),
    "index_key" VARCHAR(32),
    "index_slot" SMALLINT NOT NULL DEFAULT 1,
    "phase" VARCHAR(8) NOT NULL DEFAULT 'settled',
    "next_index_key" VARCHAR(32),
    "former_index_key" VARCHAR(32),
    "switched_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_use_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "key_use_one_row_check" CHECK ("id"),
    CONSTRAINT "key_use_slot_check" CHECK ("index_slot" IN (1, 2)),
    CONSTRAINT "key_use_phase_check" CHECK (
      CASE WHEN "phase" = 'settled' THEN "next_index_key" IS NULL
        ELSE "phase" IN ('filling', 'switched') AND "next_index_key" IS NOT NULL END)
);
INSERT INTO "key_use" DEFAULT VALUES;

CREATE TABLE "key_holders" (
    "id" UUID NOT NULL,
    "key_ids" TEXT[],
    "version" BIGINT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "key_holders_pkey" PRIMARY KEY ("id")
);

-- The columns of the other slot.
ALTER TABLE "users"
  ADD COLUMN "name_index_2" BYTEA,
  ADD COLUMN "email_index_2" BYTEA,
  ADD COLUMN "search_index_2" BIGINT[] DEFAULT '{}',
  ALTER COLUMN "name_index" DROP NOT NULL,
  ADD CONSTRAINT "users_name_index_check" CHECK (num_nonnulls("name_index", "name_index_2") > 0);
ALTER TABLE "users" ALTER COLUMN "search_index_2" DROP DEFAULT;
-- A verified address is unique in each slot, and has an index in one of them at least.
ALTER TABLE "users" DROP CONSTRAINT "users_email_verified_check", ADD CONSTRAINT "users_email_verified_check"
  CHECK (NOT "email_verified" OR num_nonnulls("email_index", "email_index_2") > 0);
CREATE UNIQUE INDEX "users_verified_email_index_2_key" ON "users"("email_index_2") WHERE "email_verified";
CREATE INDEX "users_email_index_2_idx" ON "users"("email_index_2");
CREATE INDEX "users_name_index_2_idx" ON "users"("name_index_2");
CREATE INDEX "users_search_index_2_idx" ON "users" USING GIN ("search_index_2");

ALTER TABLE "bank_accounts"
  ADD COLUMN "account_number_index_2" BYTEA,
  ALTER COLUMN "account_number_index" DROP NOT NULL,
  ADD CONSTRAINT "bank_accounts_account_number_index_check"
    CHECK (num_nonnulls("account_number_index", "account_number_index_2") > 0);
CREATE UNIQUE INDEX "bank_accounts_account_number_index_2_key" ON "bank_accounts"("account_number_index_2");

-- A rotation of keys changes no figures.
CREATE OR REPLACE FUNCTION outbox_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('passbook.key_rotation', true) = 'on' THEN
    RETURN NULL;
  END IF;
  INSERT INTO outbox (user_id, type, day, request_id)
  SELECT user_id, 'transaction.updated', (transaction_date AT TIME ZONE 'UTC')::date, max(request_id)
  FROM (
    SELECT user_id, transaction_date, NULL AS request_id FROM old_rows
    UNION ALL
    SELECT user_id, transaction_date, request_id FROM new_rows
  ) AS touched
  GROUP BY 1, 3;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_update();

-- Refuses a row that nobody would find: it lacks the index by which rows are looked up. Its writer was stopped for so
-- long that it uses the keys of before; once it goes on, it may try again.
CREATE OR REPLACE FUNCTION require_index_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT CASE phase WHEN 'switched' THEN 3 - index_slot ELSE index_slot END FROM key_use) = TG_ARGV[0]::integer THEN
    RAISE EXCEPTION 'the writer does not use the keys in use' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER require_index_1 AFTER INSERT OR UPDATE OF name_index ON users
  FOR EACH ROW WHEN (NEW.name_index IS NULL) EXECUTE FUNCTION require_index_in_use(1);
CREATE OR REPLACE TRIGGER require_index_2 AFTER INSERT OR UPDATE OF name_index_2 ON users
  FOR EACH ROW WHEN (NEW.name_index_2 IS NULL) EXECUTE FUNCTION require_index_in_use(2);
CREATE OR REPLACE TRIGGER require_index_1 AFTER INSERT OR UPDATE OF account_number_index ON bank_accounts
  FOR EACH ROW WHEN (NEW.account_number_index IS NULL) EXECUTE FUNCTION require_index_in_use(1);
CREATE OR REPLACE TRIGGER require_index_2 AFTER INSERT OR UPDATE OF account_number_index_2 ON bank_accounts
  FOR EACH ROW WHEN (NEW.account_number_index_2 IS NULL) EXECUTE FUNCTION require_index_in_use(2);
