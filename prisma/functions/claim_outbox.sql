-- Marks rows that were never sent, oldest first, and returns them. A user's changes wait while one of theirs is on its way: its
-- job takes them all. Requests wait for nobody.
--
-- It has one plan, whatever the statistics say, which autovacuum may have gathered while the outbox was empty: the planner
-- then calls every plan equally cheap, and took one that ran the inner query again for each row. `= ANY (ARRAY (SELECT …))`
-- runs it once, and rows come in the order of their index, so that the first ones are enough however many wait.
CREATE OR REPLACE FUNCTION claim_outbox(most integer)
RETURNS TABLE (id bigint, user_id bigint, type text, subject_id bigint, request_id varchar) LANGUAGE plpgsql
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
      WHERE sent.user_id = candidate.user_id AND sent.enqueued_at IS NOT NULL
        AND sent.day IS NOT NULL AND candidate.day IS NOT NULL)
    ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id;
END
$$;
