-- Whoever writes a transaction (API, bulk, COPY, psql) leaves one outbox row for each user and UTC day
-- that the statement touched, in the same database transaction. Statement-level triggers with
-- transition tables do it: a COPY of a million rows fires once.

ALTER TABLE "transactions"
  ADD CONSTRAINT "transactions_amount_check" CHECK ("transaction_amount" > 0),
  ADD CONSTRAINT "transactions_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT "transactions_date_check" CHECK (
    "transaction_date" >= '0001-01-01 00:00:00Z' AND "transaction_date" < '10000-01-01 00:00:00Z');

ALTER TABLE "users"
  ADD CONSTRAINT "users_age_check" CHECK ("age" BETWEEN 1 AND 150);

CREATE FUNCTION "outbox_after_insert"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "outbox" ("user_id", "day", "request_id")
  SELECT "user_id", ("transaction_date" AT TIME ZONE 'UTC')::date, max("request_id")
  FROM "new_rows"
  GROUP BY 1, 2;
  RETURN NULL;
END
$$;

-- An update may move a transaction to another day: both days are touched.
CREATE FUNCTION "outbox_after_update"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "outbox" ("user_id", "day", "request_id")
  SELECT "user_id", ("transaction_date" AT TIME ZONE 'UTC')::date, max("request_id")
  FROM (
    SELECT "user_id", "transaction_date", NULL AS "request_id" FROM "old_rows"
    UNION ALL
    SELECT "user_id", "transaction_date", "request_id" FROM "new_rows"
  ) AS "touched"
  GROUP BY 1, 2;
  RETURN NULL;
END
$$;

-- A deleted row cannot carry the id of the request that deletes it: the setting does. Where the user
-- is deleted too there is nothing left to compute.
CREATE FUNCTION "outbox_after_delete"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "outbox" ("user_id", "day", "request_id")
  SELECT DISTINCT
    "old_rows"."user_id",
    ("old_rows"."transaction_date" AT TIME ZONE 'UTC')::date,
    left(nullif(current_setting('passbook.request_id', true), ''), 128)
  FROM "old_rows"
  JOIN "users" ON "users"."id" = "old_rows"."user_id";
  RETURN NULL;
END
$$;

-- Every day that had figures.
CREATE FUNCTION "outbox_after_truncate"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "outbox" ("user_id", "day")
  SELECT DISTINCT "daily_statistics"."user_id", "date"
  FROM "daily_statistics"
  JOIN "users" ON "users"."id" = "daily_statistics"."user_id";
  RETURN NULL;
END
$$;

CREATE TRIGGER "outbox_after_truncate" AFTER TRUNCATE ON "transactions"
  FOR EACH STATEMENT EXECUTE FUNCTION "outbox_after_truncate"();

CREATE TRIGGER "outbox_after_insert" AFTER INSERT ON "transactions"
  REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "outbox_after_insert"();

CREATE TRIGGER "outbox_after_update" AFTER UPDATE ON "transactions"
  REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "outbox_after_update"();

CREATE TRIGGER "outbox_after_delete" AFTER DELETE ON "transactions"
  REFERENCING OLD TABLE AS "old_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "outbox_after_delete"();

-- What the relay looks for: rows never enqueued, and rows enqueued long ago.
CREATE INDEX "outbox_new_idx" ON "outbox" ("id") WHERE "enqueued_at" IS NULL;
CREATE INDEX "outbox_enqueued_idx" ON "outbox" ("enqueued_at") WHERE "enqueued_at" IS NOT NULL;

-- Rows live for milliseconds: vacuum by count, not by share of the table.
ALTER TABLE "outbox" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
