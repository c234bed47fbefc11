-- Claims rows again that were enqueued long ago and are still here, the longest wait first, and returns them. Their job was
-- lost, fails or still runs. The wait of retry_seconds doubles each time, up to an hour.
--
-- The settings leave the planner one plan, for the reason given in claim_outbox.
CREATE OR REPLACE FUNCTION claim_lost_outbox(most integer, retry_seconds integer)
RETURNS TABLE (id bigint, user_id bigint, type text, subject_id bigint, request_id varchar) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE outbox SET enqueued_at = now(), attempts = least(attempts + 1, 30)
  WHERE outbox.ctid = ANY (ARRAY (
    SELECT sent.ctid FROM outbox AS sent
    WHERE sent.attempts > 0
      AND sent.enqueued_at < now() - make_interval(secs => retry_seconds)
      AND sent.enqueued_at < now() - make_interval(secs => least(retry_seconds * power(2, sent.attempts - 1), 3600))
    ORDER BY sent.enqueued_at LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING outbox.id, outbox.user_id, outbox.type, outbox.subject_id, outbox.request_id;
END
$$;
