-- Leases lanes that are due, so that one job delivers what waits in each, and returns them. An endpoint has `most` lanes under
-- way at once, whichever process claims them: a slow one never takes the turns of others. Processes take turns here, so that
-- none counts less than there is. A lease that ran out belonged to a process that died. Times are kept in milliseconds, rounded, so
-- `now()` is rounded too: what has just become due is due.
--
-- The settings leave the planner one plan, for the reason given in claim_outbox.
CREATE OR REPLACE FUNCTION claim_webhook_lanes(endpoints bigint[], most integer, lease_seconds integer)
RETURNS TABLE (user_id bigint, endpoint_id bigint, lease uuid) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
  endpoint bigint;
  busy bigint[];
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('passbook webhooks')) THEN
    RETURN;
  END IF;
  busy := ARRAY (SELECT endpoint_id FROM webhook_lanes WHERE leased_until >= now() ORDER BY leased_until);
  FOREACH endpoint IN ARRAY endpoints LOOP
    RETURN QUERY
    UPDATE webhook_lanes
    SET lease = gen_random_uuid(), leased_until = now() + make_interval(secs => lease_seconds)
    WHERE webhook_lanes.endpoint_id = endpoint AND webhook_lanes.user_id = ANY (ARRAY (
      SELECT due.user_id FROM webhook_lanes AS due
      WHERE due.endpoint_id = endpoint AND due.due_at <= now()::timestamptz(3) AND (due.leased_until IS NULL OR due.leased_until < now())
      ORDER BY due.due_at
      LIMIT greatest(0, most - (SELECT count(*) FROM unnest(busy) AS leased (id) WHERE leased.id = endpoint))
      FOR UPDATE SKIP LOCKED))
    RETURNING webhook_lanes.user_id, webhook_lanes.endpoint_id, webhook_lanes.lease;
  END LOOP;
END
$$;
