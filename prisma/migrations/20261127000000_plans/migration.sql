-- Statements take the same time whatever the statistics say, which autovacuum may have gathered while a table was
-- empty. The planner then expects one row, calls every plan equally cheap, and took one for the outbox that ran the inner
-- query again for each row: 500 rows took 45 s. So each statement has one plan only:
-- * `= ANY (ARRAY (SELECT …))` runs the inner query once; a join or `IN (SELECT …)` may run it for each row, or read a
--   whole table in the order of an index. LATERAL with OFFSET 0 or an aggregate asks for the rows of each user;
-- * for each look-up there is one index that can serve it, and nothing reads or sorts whole tables.

-- The rows of a user, and those on their way without the others.
DROP INDEX "outbox_user_id_idx";
CREATE INDEX "outbox_user_id_enqueued_at_idx" ON "outbox" ("user_id", "enqueued_at");

-- By age: an order that no other index has, so that rows on their way are not read as well.
DROP INDEX "outbox_new_idx";
CREATE INDEX "outbox_new_idx" ON "outbox" ("created_at", "id") WHERE "enqueued_at" IS NULL;

-- Not "enqueued_at" IS NOT NULL: the question whether a user has a row on its way could then use this index, which
-- finds all rows of all users.
DROP INDEX "outbox_enqueued_idx";
CREATE INDEX "outbox_enqueued_idx" ON "outbox" ("enqueued_at") WHERE "attempts" > 0;

-- Marks rows that were never sent, the oldest first, and returns them. A user with a row on its way is left alone.
CREATE OR REPLACE FUNCTION "claim_outbox"("most" integer)
RETURNS TABLE ("id" bigint, "user_id" bigint, "request_id" varchar) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE "outbox" SET "enqueued_at" = now(), "attempts" = "attempts" + 1
  WHERE "outbox"."id" = ANY (ARRAY (
    SELECT "candidate"."id" FROM "outbox" AS "candidate"
    WHERE "candidate"."enqueued_at" IS NULL AND NOT EXISTS (
      SELECT FROM "outbox" AS "sent"
      WHERE "sent"."user_id" = "candidate"."user_id" AND "sent"."enqueued_at" IS NOT NULL)
    ORDER BY "candidate"."created_at", "candidate"."id" LIMIT "most" FOR UPDATE SKIP LOCKED))
  RETURNING "outbox"."id", "outbox"."user_id", "outbox"."request_id";
END
$$;

-- Marks rows again that were sent long ago and have no figures yet, those that wait longest first, and returns them. Their
-- job got lost or is failing: the wait of "retry_seconds" doubles with each time, up to an hour.
CREATE FUNCTION "claim_lost_outbox"("most" integer, "retry_seconds" integer)
RETURNS TABLE ("id" bigint, "user_id" bigint, "request_id" varchar) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE "outbox" SET "enqueued_at" = now(), "attempts" = least("attempts" + 1, 30)
  WHERE "outbox"."id" = ANY (ARRAY (
    SELECT "sent"."id" FROM "outbox" AS "sent"
    WHERE "sent"."attempts" > 0
      AND "sent"."enqueued_at" < now() - make_interval(secs => "retry_seconds")
      AND "sent"."enqueued_at" < now() - make_interval(secs => least("retry_seconds" * power(2, "sent"."attempts" - 1), 3600))
    ORDER BY "sent"."enqueued_at" LIMIT "most" FOR UPDATE SKIP LOCKED))
  RETURNING "outbox"."id", "outbox"."user_id", "outbox"."request_id";
END
$$;

-- Takes back the marks of all rows on their way. Rows that are locked are about to be answered; waiting for them could
-- lock out who answers many.
CREATE FUNCTION "release_outbox"() RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE "outbox" SET "enqueued_at" = NULL, "attempts" = 0
  WHERE "id" = ANY (ARRAY (
    SELECT "sent"."id" FROM "outbox" AS "sent" WHERE "sent"."attempts" > 0 FOR UPDATE SKIP LOCKED));
END
$$;

-- Forgets attempts to log in that are too old to count, but for what is just being counted anew.
CREATE FUNCTION "delete_old_attempts"("before" timestamptz) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  DELETE FROM "login_throttles"
  WHERE "subject" = ANY (ARRAY (
    SELECT "old"."subject" FROM "login_throttles" AS "old" WHERE "old"."last_at" < "before" FOR UPDATE SKIP LOCKED));
END
$$;

-- The transactions of a user between two times: by one index only, as the other would find all of the user's.
DROP INDEX "transactions_user_id_reference_key";
CREATE UNIQUE INDEX "transactions_user_id_reference_key" ON "transactions" ("user_id", "reference")
  WHERE "reference" IS NOT NULL;

-- Plans are made while tables may be empty, and kept while they grow: rows come by their index.
ALTER FUNCTION "recompute_statistics"(bigint) SET enable_seqscan = off;
ALTER FUNCTION "recompute_statistics"(bigint) SET enable_hashjoin = off;
ALTER FUNCTION "recompute_statistics"(bigint) SET enable_mergejoin = off;

-- What else asks for the rows of given users does so without a join, which may read a whole table in the order of an
-- index.
CREATE OR REPLACE FUNCTION "outbox_after_delete"() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  INSERT INTO "outbox" ("user_id", "day", "request_id")
  SELECT "user_id", "day", left(nullif(current_setting('passbook.request_id', true), ''), 128)
  FROM (
    SELECT DISTINCT "user_id", ("transaction_date" AT TIME ZONE 'UTC')::date AS "day" FROM "old_rows") AS "touched"
  WHERE (SELECT true FROM "users" WHERE "users"."id" = "touched"."user_id");
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION "forget_statistics"() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM "daily_statistics";
    DELETE FROM "monthly_statistics";
    RETURN NULL;
  END IF;
  DELETE FROM "daily_statistics" WHERE "user_id" = ANY (ARRAY (SELECT "id" FROM "deleted_users"));
  DELETE FROM "monthly_statistics" WHERE "user_id" = ANY (ARRAY (SELECT "id" FROM "deleted_users"));
  RETURN NULL;
END
$$;

ALTER FUNCTION "forget_answers"() SET enable_seqscan = off;

-- As before, but what belongs to a user is asked for by user: a join may read the whole table in the order of an index.
CREATE OR REPLACE FUNCTION "recompute_statistics_of"("subjects" bigint[]) RETURNS TABLE ("user_id" bigint, "oldest" timestamptz)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_hashagg = off
AS $$
#variable_conflict use_column
DECLARE
  "present" bigint[];
  "users_of_days" bigint[];
  "days" date[];
  "users_of_months" bigint[];
  "months" date[];
  "answered_users" bigint[];
  "answered_since" timestamptz[];
  "known" bigint[];
  "fresh" bigint[];
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);

  SELECT array_agg("locked"."id" ORDER BY "locked"."id") INTO "present"
  FROM (
    SELECT "users"."id" FROM "users"
    WHERE "users"."id" = ANY ("subjects")
      AND (SELECT true FROM "outbox" WHERE "outbox"."user_id" = "users"."id" LIMIT 1)
    ORDER BY "users"."id" FOR KEY SHARE OF "users") AS "locked";
  IF "present" IS NULL THEN
    RETURN;
  END IF;

  INSERT INTO "statistics_versions" ("user_id", "version", "computed_at")
  SELECT "subject", (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, clock_timestamp()
  FROM unnest("present") AS "subject"
  ON CONFLICT ("user_id") DO UPDATE SET
    "version" = greatest("statistics_versions"."version" + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint),
    "computed_at" = clock_timestamp();

  WITH "answered" AS (
    DELETE FROM "outbox" WHERE "user_id" = ANY ("present")
    RETURNING "user_id", "created_at", coalesce("days", ARRAY["day"]) AS "days"),
  "touched" AS (
    SELECT DISTINCT "user_id", "day" FROM "answered", unnest("days") AS "day" ORDER BY 1, 2),
  "by_user" AS (
    SELECT "user_id", min("created_at") AS "oldest" FROM "answered" GROUP BY 1),
  "by_month" AS (
    SELECT DISTINCT "user_id", date_trunc('month', "day")::date AS "month" FROM "touched" ORDER BY 1, 2)
  SELECT
    (SELECT array_agg("user_id") FROM "by_user"), (SELECT array_agg("oldest") FROM "by_user"),
    (SELECT array_agg("user_id") FROM "touched"), (SELECT array_agg("day") FROM "touched"),
    (SELECT array_agg("user_id") FROM "by_month"), (SELECT array_agg("month") FROM "by_month")
  INTO "answered_users", "answered_since", "users_of_days", "days", "users_of_months", "months";
  IF "days" IS NULL THEN
    RETURN;
  END IF;

  -- Who has no figures yet has no days but those that changed: all of their transactions are read in one go.
  SELECT array_agg("subject") FILTER (WHERE "has_figures"), array_agg("subject") FILTER (WHERE NOT "has_figures")
  INTO "known", "fresh"
  FROM unnest("answered_users") AS "subject",
    LATERAL (SELECT EXISTS (
      SELECT FROM "daily_statistics" WHERE "daily_statistics"."user_id" = "subject") AS "has_figures") AS "asked";

  IF "known" IS NOT NULL THEN
    DELETE FROM "daily_statistics" WHERE "ctid" = ANY (ARRAY (
      SELECT "own"."ctid" FROM unnest("users_of_days", "days") AS "touched" ("user_id", "day")
      CROSS JOIN LATERAL (
        SELECT "daily"."ctid" FROM "daily_statistics" AS "daily"
        WHERE "daily"."user_id" = "touched"."user_id" AND "daily"."date" = "touched"."day" OFFSET 0) AS "own"
      WHERE "touched"."user_id" = ANY ("known")));
    INSERT INTO "daily_statistics"
      ("user_id", "date", "currency", "transaction_count", "total_credit", "total_debit")
    SELECT "touched"."user_id", "touched"."day", "figures".*
    FROM unnest("users_of_days", "days") AS "touched" ("user_id", "day")
    CROSS JOIN LATERAL (
      SELECT "currency", count(*)::int,
        coalesce(sum("transaction_amount") FILTER (WHERE "transaction_type" = 'credit'), 0),
        coalesce(sum("transaction_amount") FILTER (WHERE "transaction_type" = 'debit'), 0)
      FROM "transactions"
      WHERE "transactions"."user_id" = "touched"."user_id"
        AND "transaction_date" >= "touched"."day"::timestamp AT TIME ZONE 'UTC'
        AND "transaction_date" < ("touched"."day" + 1)::timestamp AT TIME ZONE 'UTC'
      GROUP BY "currency") AS "figures"
    WHERE "touched"."user_id" = ANY ("known");
  END IF;
  IF "fresh" IS NOT NULL THEN
    INSERT INTO "daily_statistics"
      ("user_id", "date", "currency", "transaction_count", "total_credit", "total_debit")
    SELECT "subject", "figures".*
    FROM unnest("fresh") AS "subject"
    CROSS JOIN LATERAL (
      SELECT ("transaction_date" AT TIME ZONE 'UTC')::date, "currency", count(*)::int,
        coalesce(sum("transaction_amount") FILTER (WHERE "transaction_type" = 'credit'), 0),
        coalesce(sum("transaction_amount") FILTER (WHERE "transaction_type" = 'debit'), 0)
      FROM "transactions" WHERE "transactions"."user_id" = "subject"
      GROUP BY 1, 2) AS "figures";
  END IF;

  DELETE FROM "monthly_statistics" WHERE "ctid" = ANY (ARRAY (
    SELECT "own"."ctid" FROM unnest("users_of_months", "months") AS "touched" ("user_id", "month")
    CROSS JOIN LATERAL (
      SELECT "monthly"."ctid" FROM "monthly_statistics" AS "monthly"
      WHERE "monthly"."user_id" = "touched"."user_id" AND "monthly"."month" = "touched"."month" OFFSET 0) AS "own"));
  INSERT INTO "monthly_statistics" (
    "user_id", "month", "currency", "transaction_count", "total_credit", "total_debit",
    "busiest_date", "busiest_count")
  SELECT "touched"."user_id", "touched"."month", "figures".*
  FROM unnest("users_of_months", "months") AS "touched" ("user_id", "month")
  CROSS JOIN LATERAL (
    SELECT "currency", sum("transaction_count")::int, sum("total_credit"), sum("total_debit"),
      date '2000-01-01' + (max(ARRAY["transaction_count", "date" - date '2000-01-01']))[2],
      max("transaction_count")
    FROM "daily_statistics"
    WHERE "daily_statistics"."user_id" = "touched"."user_id"
      AND "date" >= "touched"."month" AND "date" < "touched"."month" + interval '1 month'
    GROUP BY "currency") AS "figures";

  DELETE FROM "user_statistics" AS "total"
  WHERE "user_id" = ANY ("answered_users") AND (
    SELECT true FROM "monthly_statistics" AS "monthly"
    WHERE "monthly"."user_id" = "total"."user_id" AND "monthly"."currency" = "total"."currency" LIMIT 1) IS NULL;
  INSERT INTO "user_statistics" (
    "user_id", "currency", "transaction_count", "total_credit", "total_debit",
    "busiest_date", "busiest_count")
  SELECT "subject", "figures".*
  FROM unnest("answered_users") AS "subject"
  CROSS JOIN LATERAL (
    SELECT "currency", sum("transaction_count")::int, sum("total_credit"), sum("total_debit"),
      date '2000-01-01' + (max(ARRAY["busiest_count", "busiest_date" - date '2000-01-01']))[2],
      max("busiest_count")
    FROM "monthly_statistics" WHERE "monthly_statistics"."user_id" = "subject" GROUP BY "currency") AS "figures"
  ON CONFLICT ("user_id", "currency") DO UPDATE SET
    "transaction_count" = excluded."transaction_count",
    "total_credit" = excluded."total_credit",
    "total_debit" = excluded."total_debit",
    "busiest_date" = excluded."busiest_date",
    "busiest_count" = excluded."busiest_count";

  RETURN QUERY SELECT * FROM unnest("answered_users", "answered_since");
END
$$;

-- What the sweep of reports looks for, without the others.
CREATE INDEX "reports_unfinished_idx" ON "reports" ("id") WHERE "status" IN ('queued', 'running');
CREATE INDEX "reports_failed_idx" ON "reports" ("id") WHERE "status" = 'failed';
