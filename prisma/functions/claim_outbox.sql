-- Claims rows that were never enqueued, oldest first, and returns them. A user's changes wait while another of theirs is
-- enqueued for the same work: its job handles them all. So a user has one job at a time for figures, and one for the score.
-- Requests for reports and imports never wait.
--
-- The settings leave the planner one plan. Autovacuum may have gathered statistics while the outbox was empty. The planner
-- then rates every plan as equally cheap, and once chose one that ran the inner query again for each row.
-- `= ANY (ARRAY (SELECT …))` runs it once. Rows come in index order, so it reads only the first ones, however many wait.
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
        AND outbox_turn(sent.type, sent.day) = outbox_turn(candidate.type, candidate.day))
    ORDER BY candidate.created_at, candidate.id LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id;
END
$$;
