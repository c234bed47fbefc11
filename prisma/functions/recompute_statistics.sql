-- Recomputes the days of a user that changed, their months, and the user's totals, in one database transaction that also
-- deletes the outbox rows it answers. The figures come from the ledger each time and are never added to: running twice, late
-- or out of order gives the same. The cost depends on the days that changed, not on the length of the history.
--
-- Why it is exact: each outbox row became visible together with its change; every statement here sees at least what the one
-- that deletes the outbox rows saw; a change that comes later brings a row of its own. The lock on the version makes
-- recomputations of one user take turns.
--
-- It is a function because its statements sent one by one took more than twice as long. Its plans are made while tables may
-- be empty, and kept while they grow: the settings have rows come by their index whatever the statistics say.
--
-- Returns when the oldest of the changes was made; null when there was nothing to do: no change waits, or the user is gone.
CREATE OR REPLACE FUNCTION "recompute_statistics"("subject" bigint) RETURNS timestamptz LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  "oldest" timestamptz;
  "days" date[];
  "months" date[];
BEGIN
  -- Losing this commit in a crash brings the outbox rows back with it: nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);

  -- The user first: their deletion takes the locks in this order too.
  PERFORM FROM "users" WHERE "id" = "subject" FOR KEY SHARE;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM "outbox" WHERE "user_id" = "subject") THEN
    RETURN NULL;
  END IF;

  -- Microseconds, not a count: a version that a crash took back is never given to other figures.
  INSERT INTO "statistics_versions" ("user_id", "version", "computed_at")
  VALUES ("subject", (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, clock_timestamp())
  ON CONFLICT ("user_id") DO UPDATE SET
    "version" = greatest("statistics_versions"."version" + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint),
    "computed_at" = clock_timestamp();

  WITH "answered" AS (
    DELETE FROM "outbox" WHERE "user_id" = "subject"
    RETURNING coalesce("outbox"."days", ARRAY["day"]) AS "touched", "created_at")
  SELECT min("created_at"), array_agg(DISTINCT "day"), array_agg(DISTINCT date_trunc('month', "day")::date)
  INTO "oldest", "days", "months" FROM "answered", unnest("touched") AS "day";
  IF "days" IS NULL THEN
    RETURN NULL;
  END IF;

  DELETE FROM "daily_statistics" WHERE "user_id" = "subject" AND "date" = ANY ("days");
  INSERT INTO "daily_statistics"
    ("user_id", "date", "currency", "transaction_count", "total_credit", "total_debit")
  SELECT "subject", "touched"."day", "figures".*
  FROM unnest("days") AS "touched" ("day")
  CROSS JOIN LATERAL (
    SELECT "currency", count(*)::int,
      coalesce(sum("transaction_amount") FILTER (WHERE "transaction_type" = 'credit'), 0),
      coalesce(sum("transaction_amount") FILTER (WHERE "transaction_type" = 'debit'), 0)
    FROM "transactions"
    WHERE "user_id" = "subject"
      AND "transaction_date" >= "touched"."day"::timestamp AT TIME ZONE 'UTC'
      AND "transaction_date" < ("touched"."day" + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY "currency") AS "figures";

  -- Of days the busiest, the latest among equals: arrays compare element by element, without a sort.
  DELETE FROM "monthly_statistics" WHERE "user_id" = "subject" AND "month" = ANY ("months");
  INSERT INTO "monthly_statistics" (
    "user_id", "month", "currency", "transaction_count", "total_credit", "total_debit",
    "busiest_date", "busiest_count")
  SELECT "subject", "touched"."month", "figures".*
  FROM unnest("months") AS "touched" ("month")
  CROSS JOIN LATERAL (
    SELECT "currency", sum("transaction_count")::int, sum("total_credit"), sum("total_debit"),
      date '2000-01-01' + (max(ARRAY["transaction_count", "date" - date '2000-01-01']))[2],
      max("transaction_count")
    FROM "daily_statistics"
    WHERE "user_id" = "subject"
      AND "date" >= "touched"."month" AND "date" < "touched"."month" + interval '1 month'
    GROUP BY "currency") AS "figures";

  DELETE FROM "user_statistics" AS "total"
  WHERE "user_id" = "subject" AND NOT EXISTS (
    SELECT FROM "monthly_statistics" AS "monthly"
    WHERE "monthly"."user_id" = "total"."user_id" AND "monthly"."currency" = "total"."currency");
  INSERT INTO "user_statistics" (
    "user_id", "currency", "transaction_count", "total_credit", "total_debit",
    "busiest_date", "busiest_count")
  SELECT "subject", "currency", sum("transaction_count")::int, sum("total_credit"), sum("total_debit"),
    date '2000-01-01' + (max(ARRAY["busiest_count", "busiest_date" - date '2000-01-01']))[2],
    max("busiest_count")
  FROM "monthly_statistics" WHERE "user_id" = "subject" GROUP BY "currency"
  ON CONFLICT ("user_id", "currency") DO UPDATE SET
    "transaction_count" = excluded."transaction_count",
    "total_credit" = excluded."total_credit",
    "total_debit" = excluded."total_debit",
    "busiest_date" = excluded."busiest_date",
    "busiest_count" = excluded."busiest_count";

  RETURN "oldest";
END
$$;
