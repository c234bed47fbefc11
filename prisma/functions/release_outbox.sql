-- Takes back the marks of all rows on their way. Rows that are locked are about to be answered; waiting for them could lock
-- out who answers many.
CREATE OR REPLACE FUNCTION release_outbox() RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE outbox SET enqueued_at = NULL, attempts = 0
  WHERE id = ANY (ARRAY (
    SELECT sent.id FROM outbox AS sent WHERE sent.attempts > 0 FOR UPDATE SKIP LOCKED));
END
$$;
