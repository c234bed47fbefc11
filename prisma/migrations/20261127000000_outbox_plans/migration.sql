-- The relay's statements take the same time whatever the statistics say, which autovacuum may have gathered while the
-- outbox was empty. The planner then expects one row, calls every plan equally cheap, and took one that ran the inner
-- query again for each row: 500 rows took 45 s. So there is one plan only for each statement:
-- * `= ANY (ARRAY (SELECT …))` runs the inner query once; a join or `IN (SELECT …)` may run it for each row;
-- * for each look-up there is one index that can serve it, and the functions refuse to read or sort whole tables.

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

-- Plans are made while tables may be empty, and kept while they grow: rows come by their index.
ALTER FUNCTION "recompute_statistics"(bigint) SET enable_seqscan = off;
