-- A transaction of several big statements leaves a row for each user and statement: this makes one of them for each user and
-- type of event, at its end. Its rows are those made at the time of the transaction; whatever else was made in the same millisecond and
-- waits loses nothing by being put together as well. Days may come twice in a row.
CREATE OR REPLACE FUNCTION merge_outbox() RETURNS void LANGUAGE sql AS $$
  WITH merged AS (
    DELETE FROM outbox WHERE created_at = now()::timestamptz(3) AND enqueued_at IS NULL AND day IS NOT NULL
    RETURNING user_id, type, coalesce(days, ARRAY[day]) AS days, request_id)
  INSERT INTO outbox (user_id, type, day, days, request_id)
  SELECT user_id, type, min(day), array_agg(day), max(request_id)
  FROM merged, unnest(days) AS day
  GROUP BY user_id, type
$$;
