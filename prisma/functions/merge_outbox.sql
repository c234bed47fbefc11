-- Merges outbox rows at the end of a database transaction, to one for each user and type of event: each of several big
-- statements left one for each user. It finds them by the time of the database transaction. It may also merge unclaimed rows
-- of others that were made in the same millisecond, which is harmless. A merged row may hold a day twice. Rows that
-- name transactions stay as they are.
CREATE OR REPLACE FUNCTION merge_outbox() RETURNS void LANGUAGE sql AS $$
  WITH merged AS (
    DELETE FROM outbox
    WHERE created_at = now()::timestamptz(3) AND enqueued_at IS NULL AND day IS NOT NULL AND subjects IS NULL
    RETURNING user_id, type, coalesce(days, ARRAY[day]) AS days, request_id, load)
  INSERT INTO outbox (user_id, type, day, days, request_id, load)
  SELECT user_id, type, min(day), array_agg(day), max(request_id), bool_or(load)
  FROM merged, unnest(days) AS day
  GROUP BY user_id, type
$$;
