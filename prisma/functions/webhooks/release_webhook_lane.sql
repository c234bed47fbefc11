-- Gives a leased lane back, so that what waits in it can be claimed. Ranges in place of `=`: see next_webhook_delivery.
CREATE OR REPLACE FUNCTION release_webhook_lane(subject bigint, endpoint bigint, held uuid) RETURNS void LANGUAGE sql
SET enable_seqscan = off
AS $$
  UPDATE webhook_lanes SET lease = NULL, leased_until = NULL
  WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint) AND lease = held
$$;
