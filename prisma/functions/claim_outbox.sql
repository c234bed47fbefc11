-- Claims rows that were never enqueued, oldest first, and returns them: up to `most` of those that do not yield, and if
-- `yielding` as many of those that do, which are what scores and alerts are made of (`yields` in catalogue.ts). A user's changes
-- wait while another of theirs is enqueued for the same work: its job handles them all. So a user has one job at a time for
-- figures, and one for the score. Requests for reports and imports never wait.
--
-- If `loads` it also claims one row of each of up to `most` users of whom a load waits: their job handles all.
--
-- `OFFSET 0` has each user looked up by index: a join may read all that is on its way for each of them.
--
-- The three have an index each: however many scores and loads wait, no claim of figures steps over them.
--
-- The settings leave the planner one plan. Autovacuum may have gathered statistics while the outbox was empty. The planner
-- then rates every plan as equally cheap, and once chose one that ran the inner query again for each row.
-- `= ANY (ARRAY (SELECT …))` runs it once, and finds locked rows by their place without an index. Rows come in index order, so it reads only the first ones, however many wait.
CREATE OR REPLACE FUNCTION claim_outbox(most integer, yielding boolean DEFAULT true, loads boolean DEFAULT true)
RETURNS TABLE (id bigint, user_id bigint, type text, subject_id bigint, request_id varchar, load boolean) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
  WHERE outbox.ctid = ANY (ARRAY (
    SELECT candidate.ctid FROM outbox AS candidate
    WHERE candidate.enqueued_at IS NULL AND NOT candidate.load
      AND candidate.type <> ALL ('{statistics.updated,credit_score.outdated,transactions.written,credit_score.fell}')
      AND NOT EXISTS (
        SELECT FROM outbox AS sent
        WHERE sent.user_id = candidate.user_id AND sent.enqueued_at IS NOT NULL
          AND outbox_turn(sent.type, sent.day) = outbox_turn(candidate.type, candidate.day) OFFSET 0)
    ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id, outbox.load;
  IF yielding THEN
    RETURN QUERY
    UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
    WHERE outbox.ctid = ANY (ARRAY (
      SELECT candidate.ctid FROM outbox AS candidate
      WHERE candidate.enqueued_at IS NULL
        AND candidate.type = ANY ('{statistics.updated,credit_score.outdated,transactions.written,credit_score.fell}')
        AND NOT EXISTS (
          SELECT FROM outbox AS sent
          WHERE sent.user_id = candidate.user_id AND sent.enqueued_at IS NOT NULL
            AND outbox_turn(sent.type, sent.day) = outbox_turn(candidate.type, candidate.day) OFFSET 0)
      ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id, outbox.load;
  END IF;
  IF loads THEN
    RETURN QUERY
    UPDATE outbox SET enqueued_at = now(), attempts = attempts + 1
    WHERE outbox.ctid = ANY (ARRAY (
      SELECT first.ctid FROM (
        SELECT DISTINCT loaded.user_id FROM outbox AS loaded
        WHERE loaded.enqueued_at IS NULL AND loaded.load
          AND NOT EXISTS (
            SELECT FROM outbox AS sent
            WHERE sent.user_id = loaded.user_id AND sent.enqueued_at IS NOT NULL AND sent.day IS NOT NULL OFFSET 0)
        ORDER BY loaded.user_id LIMIT most) AS waiting
      CROSS JOIN LATERAL (
        SELECT candidate.ctid FROM outbox AS candidate
        WHERE candidate.user_id = waiting.user_id AND candidate.enqueued_at IS NULL AND candidate.load
        LIMIT 1 FOR UPDATE SKIP LOCKED) AS first))
    RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id, outbox.load;
  END IF;
END
$$;
