-- Where events are sent to, and what became of each. Deliveries are queued with the event, by a trigger.
CREATE TABLE "webhook_endpoints" (
    "id" BIGSERIAL NOT NULL,
    "url" BYTEA NOT NULL,
    "event_types" TEXT[],
    "description" VARCHAR(500),
    "secret" BYTEA NOT NULL,
    "former_secret" BYTEA,
    "former_until" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "disabled_at" TIMESTAMPTZ(3),
    "disabled_reason" VARCHAR(7),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_endpoints_former_check" CHECK (num_nonnulls("former_secret", "former_until") <> 1),
    CONSTRAINT "webhook_endpoints_disabled_check" CHECK (
        num_nonnulls("disabled_at", "disabled_reason") <> 1 AND "disabled_reason" IN ('request', 'failing', 'gone'))
);

CREATE TABLE "webhook_deliveries" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "endpoint_id" BIGINT NOT NULL,
    "event_id" BIGINT,
    "type" TEXT NOT NULL,
    "request_id" VARCHAR(128),
    "status" VARCHAR(9) NOT NULL DEFAULT 'pending',
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id","user_id"),
    CONSTRAINT "webhook_deliveries_status_check" CHECK (CASE WHEN "status" = 'pending'
        THEN "next_attempt_at" IS NOT NULL AND "finished_at" IS NULL
        ELSE "status" IN ('delivered', 'failed') AND "next_attempt_at" IS NULL AND "finished_at" IS NOT NULL END)
);
CREATE INDEX "webhook_deliveries_user_id_idx" ON "webhook_deliveries"("user_id");
CREATE INDEX "webhook_deliveries_endpoint_id_id_idx" ON "webhook_deliveries"("endpoint_id", "id");
CREATE INDEX "webhook_deliveries_endpoint_id_status_id_idx" ON "webhook_deliveries"("endpoint_id", "status", "id");
CREATE INDEX "webhook_deliveries_pending_idx"
  ON "webhook_deliveries"("user_id", "endpoint_id", "event_id" NULLS FIRST, "id") WHERE "status" = 'pending';

CREATE TABLE "webhook_attempts" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "delivery_id" BIGINT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "status" SMALLINT,
    "error" VARCHAR(16),
    "answer" BYTEA,

    CONSTRAINT "webhook_attempts_pkey" PRIMARY KEY ("id","user_id"),
    CONSTRAINT "webhook_attempts_outcome_check" CHECK (num_nonnulls("status", "error") = 1)
);
CREATE INDEX "webhook_attempts_delivery_id_user_id_id_idx" ON "webhook_attempts"("delivery_id", "user_id", "id");
ALTER TABLE "webhook_attempts" ADD CONSTRAINT "webhook_attempts_delivery_id_user_id_fkey"
  FOREIGN KEY ("delivery_id", "user_id") REFERENCES "webhook_deliveries"("id", "user_id") ON DELETE CASCADE ON UPDATE NO ACTION;

CREATE TABLE "webhook_lanes" (
    "user_id" BIGINT NOT NULL,
    "endpoint_id" BIGINT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "passed" BIGINT NOT NULL DEFAULT 0,
    "lease" UUID,
    "leased_until" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_lanes_pkey" PRIMARY KEY ("user_id","endpoint_id"),
    CONSTRAINT "webhook_lanes_lease_check" CHECK (num_nonnulls("lease", "leased_until") <> 1)
);
CREATE INDEX "webhook_lanes_endpoint_id_due_at_idx" ON "webhook_lanes"("endpoint_id", "due_at");
CREATE INDEX "webhook_lanes_leased_idx" ON "webhook_lanes"("leased_until") WHERE "leased_until" IS NOT NULL;

-- A queue, like the outbox: vacuumed by how many rows went, not by how many there are.
ALTER TABLE "webhook_lanes" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Mails to admins about an endpoint that was disabled.
ALTER TABLE "outbox" DROP CONSTRAINT "outbox_type_check";
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_type_check" CHECK ("type" IN (
    'transaction.created', 'transaction.updated', 'transaction.deleted', 'statistics.drifted',
    'statistics.updated', 'credit_score.outdated',
    'report.requested', 'import.requested',
    'welcome_mail.requested', 'verification_mail.requested', 'reset_mail.requested', 'webhook_disabled_mail.requested'));

-- Queues a delivery for each appended event and each endpoint that wants it, in the transaction that numbers the event: none
-- is missed, and none is sent before it is numbered. Without endpoints this is one look at an empty table.
--
-- The lane of a user and an endpoint is locked until that is committed. So whoever ends a lane sees what was queued, or comes
-- first.
CREATE OR REPLACE FUNCTION webhooks_after_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  endpoints jsonb;
BEGIN
  SELECT jsonb_agg(jsonb_build_object('id', id, 'event_types', event_types)) INTO endpoints
  FROM webhook_endpoints WHERE disabled_at IS NULL;
  IF endpoints IS NULL THEN
    RETURN NULL;
  END IF;
  WITH queued AS (
    INSERT INTO webhook_deliveries (user_id, endpoint_id, event_id, type, next_attempt_at)
    SELECT appended.user_id, endpoint.id, appended.id, appended.type, now()
    FROM appended
    JOIN jsonb_to_recordset(endpoints) AS endpoint (id bigint, event_types text[])
      ON '*' = ANY (endpoint.event_types) OR appended.type = ANY (endpoint.event_types)
    ORDER BY appended.id
    RETURNING user_id, endpoint_id, event_id)
  INSERT INTO webhook_lanes (user_id, endpoint_id, due_at, passed)
  SELECT user_id, endpoint_id, now(), min(event_id) - 1 FROM queued GROUP BY user_id, endpoint_id ORDER BY user_id, endpoint_id
  ON CONFLICT (user_id, endpoint_id) DO UPDATE SET due_at = webhook_lanes.due_at;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER webhooks_after_insert AFTER INSERT ON events
  REFERENCING NEW TABLE AS appended
  FOR EACH STATEMENT EXECUTE FUNCTION webhooks_after_events();

-- Deletes the deliveries of deleted users. It runs after events_after_delete, when nobody appends events of theirs any more but
-- user.deleted, which is still delivered. Lanes go first, as whoever delivers locks the lane first.
CREATE OR REPLACE FUNCTION webhooks_after_users() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM webhook_lanes;
    DELETE FROM webhook_deliveries;
  ELSE
    DELETE FROM webhook_lanes WHERE user_id = ANY (ARRAY (SELECT id FROM changed_rows));
    DELETE FROM webhook_deliveries WHERE user_id = ANY (ARRAY (SELECT id FROM changed_rows));
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER webhooks_after_delete AFTER DELETE ON users
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION webhooks_after_users();

CREATE OR REPLACE TRIGGER webhooks_after_truncate AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION webhooks_after_users();

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

-- Returns the delivery of a leased lane that is to be tried now, and renews the lease. Where there is none, it ends the lane, or
-- makes it wait until the next one is due. Returns nothing either where somebody else has the lease by now.
--
-- A ping has no event, and waits for nobody. A delivery whose event is not kept any more goes.
--
-- The settings leave the planner the index of what waits. It is read from where the lane is: before that are entries of what was
-- delivered, which vacuum has not taken away. Lanes come and go like rows of the outbox: ranges in place of `=` leave the planner
-- their primary key, for the reason given in read_events.
CREATE OR REPLACE FUNCTION next_webhook_delivery(subject bigint, endpoint bigint, held uuid, lease_seconds integer)
RETURNS TABLE (id bigint, event_id bigint, type text, attempts smallint, created_at timestamptz, request_id varchar, data jsonb)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
  first webhook_deliveries;
  beyond bigint;
BEGIN
  SELECT passed INTO beyond FROM webhook_lanes
  WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint) AND lease = held
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  LOOP
    SELECT * INTO first FROM webhook_deliveries
    WHERE user_id = subject AND endpoint_id = endpoint AND status = 'pending' AND event_id IS NULL
    ORDER BY event_id NULLS FIRST, id LIMIT 1;
    IF NOT FOUND THEN
      SELECT * INTO first FROM webhook_deliveries
      WHERE user_id = subject AND endpoint_id = endpoint AND status = 'pending' AND event_id > beyond
      ORDER BY event_id NULLS FIRST, id LIMIT 1;
    END IF;
    IF NOT FOUND THEN
      DELETE FROM webhook_lanes
      WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint);
      RETURN;
    END IF;
    EXIT WHEN first.event_id IS NULL OR EXISTS (
      SELECT FROM events WHERE events.id = first.event_id AND events.user_id = subject);
    DELETE FROM webhook_deliveries WHERE id = first.id AND user_id = subject;
  END LOOP;
  IF first.next_attempt_at > now()::timestamptz(3) THEN
    UPDATE webhook_lanes SET due_at = first.next_attempt_at, lease = NULL, leased_until = NULL
    WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint);
    RETURN;
  END IF;
  UPDATE webhook_lanes SET leased_until = now() + make_interval(secs => lease_seconds)
  WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint);
  RETURN QUERY
  SELECT first.id, first.event_id, first.type, first.attempts, coalesce(events.created_at, first.created_at)::timestamptz,
    coalesce(events.request_id, first.request_id), events.data
  FROM (SELECT) AS one
  LEFT JOIN events ON events.id = first.event_id AND events.user_id = subject;
END
$$;

-- Keeps what came of an attempt: the last 10 of a delivery. Returns false and keeps nothing where somebody else has the lease by
-- now, or the delivery is gone. Ranges in place of `=`: see next_webhook_delivery.
CREATE OR REPLACE FUNCTION end_webhook_attempt(
  subject bigint, endpoint bigint, held uuid, delivery bigint,
  outcome text, retry_at timestamptz, began timestamptz, took integer, answered smallint, failure text, reply bytea)
RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
DECLARE
  event bigint;
  last_but_ten bigint;
BEGIN
  PERFORM FROM webhook_lanes
  WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint) AND lease = held
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE webhook_deliveries
  SET status = outcome, attempts = attempts + 1, next_attempt_at = retry_at,
    finished_at = CASE WHEN outcome <> 'pending' THEN now() END
  WHERE id = delivery AND user_id = subject AND status = 'pending'
  RETURNING event_id INTO event;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF outcome <> 'pending' AND event IS NOT NULL THEN
    UPDATE webhook_lanes SET passed = event
    WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint);
  END IF;
  INSERT INTO webhook_attempts (user_id, delivery_id, started_at, duration_ms, status, error, answer)
  VALUES (subject, delivery, began, took, answered, failure, reply);
  SELECT id INTO last_but_ten FROM webhook_attempts
  WHERE (delivery_id, user_id, id) > (delivery, subject, 0) AND (delivery_id, user_id) <= (delivery, subject)
  ORDER BY delivery_id DESC, user_id DESC, id DESC OFFSET 10 LIMIT 1;
  DELETE FROM webhook_attempts
  WHERE (delivery_id, user_id, id) > (delivery, subject, 0) AND (delivery_id, user_id, id) <= (delivery, subject, last_but_ten);
  RETURN true;
END
$$;

-- Gives a leased lane back, so that what waits in it can be claimed. Ranges in place of `=`: see next_webhook_delivery.
CREATE OR REPLACE FUNCTION release_webhook_lane(subject bigint, endpoint bigint, held uuid) RETURNS void LANGUAGE sql
SET enable_seqscan = off
AS $$
  UPDATE webhook_lanes SET lease = NULL, leased_until = NULL
  WHERE (user_id, endpoint_id) >= (subject, endpoint) AND (user_id, endpoint_id) <= (subject, endpoint) AND lease = held
$$;

-- Has a delivery of a user's tried again from the start, now. Of one that waits, the first of its lane is tried now. Ranges in
-- place of `=`: see next_webhook_delivery.
CREATE OR REPLACE FUNCTION redeliver_webhook(subject bigint, endpoint bigint, delivery bigint) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
DECLARE
  first bigint;
  beyond bigint;
BEGIN
  -- The lane is locked first, as whoever delivers does.
  INSERT INTO webhook_lanes (user_id, endpoint_id, due_at, passed)
  SELECT subject, endpoint, now(), coalesce(event_id - 1, 0) FROM webhook_deliveries
  WHERE id = delivery AND user_id = subject
  ON CONFLICT (user_id, endpoint_id)
  DO UPDATE SET due_at = excluded.due_at, passed = least(webhook_lanes.passed, excluded.passed)
  RETURNING passed INTO beyond;
  UPDATE webhook_deliveries
  SET status = 'pending', attempts = 0, next_attempt_at = now(), finished_at = NULL
  WHERE id = delivery AND user_id = subject;
  SELECT id INTO first FROM webhook_deliveries
  WHERE user_id = subject AND endpoint_id = endpoint AND status = 'pending' AND event_id > beyond
  ORDER BY event_id NULLS FIRST, id LIMIT 1;
  UPDATE webhook_deliveries SET next_attempt_at = now()
  WHERE id = first AND user_id = subject;
END
$$;

-- Queues a test event in the lane of whoever asks for it, before all else that waits there, and returns its id.
CREATE OR REPLACE FUNCTION queue_webhook_ping(subject bigint, endpoint bigint, request varchar) RETURNS bigint LANGUAGE plpgsql
AS $$
DECLARE
  queued bigint;
BEGIN
  INSERT INTO webhook_lanes (user_id, endpoint_id, due_at) VALUES (subject, endpoint, now())
  ON CONFLICT (user_id, endpoint_id) DO UPDATE SET due_at = excluded.due_at;
  INSERT INTO webhook_deliveries (user_id, endpoint_id, type, request_id, next_attempt_at)
  VALUES (subject, endpoint, 'ping', request, now())
  RETURNING id INTO queued;
  RETURN queued;
END
$$;

-- Has everything that waits for an endpoint tried now, at most `most` lanes, and returns how many there were. The first delivery
-- of each lane is what the others wait for.
CREATE OR REPLACE FUNCTION resume_webhook_lanes(endpoint bigint, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
DECLARE
  users bigint[];
BEGIN
  users := ARRAY (
    SELECT user_id FROM webhook_lanes WHERE endpoint_id = endpoint ORDER BY due_at LIMIT most FOR UPDATE SKIP LOCKED);
  UPDATE webhook_deliveries SET next_attempt_at = now()
  WHERE id = ANY (ARRAY (
    SELECT first.id FROM webhook_lanes AS lane CROSS JOIN LATERAL (
      SELECT id FROM webhook_deliveries
      WHERE user_id = lane.user_id AND endpoint_id = endpoint AND status = 'pending' AND event_id > lane.passed
      ORDER BY event_id NULLS FIRST, id LIMIT 1) AS first
    WHERE lane.user_id = ANY (users) AND lane.endpoint_id = endpoint));
  UPDATE webhook_lanes SET due_at = now() WHERE user_id = ANY (users) AND endpoint_id = endpoint;
  RETURN cardinality(users);
END
$$;

-- Deletes those of the first `most` deliveries that are older than `days`, and returns how many.
CREATE OR REPLACE FUNCTION delete_old_webhook_deliveries(days integer, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY (
    SELECT first.id FROM (SELECT id, created_at FROM webhook_deliveries ORDER BY id LIMIT most) AS first
    WHERE first.created_at < now() - make_interval(days => days)));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;

-- Deletes the lanes and up to `most` deliveries of an endpoint that is gone, and returns how many deliveries there were. Ranges in
-- place of `=`: see read_events.
CREATE OR REPLACE FUNCTION delete_webhook_deliveries(endpoint bigint, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM webhook_lanes WHERE endpoint_id = endpoint;
  DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY (
    SELECT id FROM webhook_deliveries
    WHERE (endpoint_id, id) > (endpoint, 0) AND endpoint_id <= endpoint
    ORDER BY endpoint_id, id LIMIT most));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;

-- The ids of all endpoints that have deliveries. It goes from one to the next in the index, whatever the number of deliveries.
CREATE OR REPLACE FUNCTION endpoints_of_deliveries() RETURNS SETOF bigint LANGUAGE sql STABLE
SET enable_seqscan = off
AS $$
  WITH RECURSIVE found AS (
    SELECT min(endpoint_id) AS id FROM webhook_deliveries
    UNION ALL
    SELECT (SELECT min(endpoint_id) FROM webhook_deliveries WHERE endpoint_id > found.id)
    FROM found WHERE found.id IS NOT NULL)
  SELECT id FROM found WHERE id IS NOT NULL
$$;

-- The ids of up to `most` deliveries of an endpoint, newest first, after `passed` of them: all, or those of a status. Ranges in
-- place of `=` leave the planner the index that begins with them, for the reason given in read_events.
CREATE OR REPLACE FUNCTION list_webhook_deliveries(
  endpoint bigint, wanted varchar, beyond bigint, most integer, passed bigint)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
BEGIN
  IF wanted IS NULL THEN
    RETURN QUERY
    SELECT id FROM webhook_deliveries
    WHERE (endpoint_id, id) < (endpoint, beyond) AND endpoint_id >= endpoint
    ORDER BY endpoint_id DESC, id DESC LIMIT most OFFSET passed;
  ELSE
    RETURN QUERY
    SELECT id FROM webhook_deliveries
    WHERE (endpoint_id, status, id) < (endpoint, wanted, beyond) AND (endpoint_id, status) >= (endpoint, wanted)
    ORDER BY endpoint_id DESC, status DESC, id DESC LIMIT most OFFSET passed;
  END IF;
END
$$;
