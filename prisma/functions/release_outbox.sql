-- Releases all claimed rows. It skips locked rows, which a recomputation is about to delete: waiting for them could deadlock
-- with a recomputation of many users.
CREATE OR REPLACE FUNCTION release_outbox() RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE outbox SET enqueued_at = NULL, attempts = 0
  WHERE ctid = ANY (ARRAY (
    SELECT sent.ctid FROM outbox AS sent WHERE sent.attempts > 0 FOR UPDATE SKIP LOCKED));
END
$$;
