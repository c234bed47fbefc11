-- What was done and refused, append-only.
CREATE TABLE "audit_entries" (
    "id" BIGSERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" VARCHAR(64) NOT NULL,
    "outcome" VARCHAR(9) NOT NULL,
    "actor_id" BIGINT,
    "api_key_id" BIGINT,
    "user_id" BIGINT,
    "subject" VARCHAR(128),
    "request_id" VARCHAR(128),
    "address" BYTEA NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_entries_outcome_check" CHECK ("outcome" IN ('succeeded', 'refused')),
    CONSTRAINT "audit_entries_count_check" CHECK ("count" > 0)
);

CREATE INDEX "audit_entries_created_at_idx" ON "audit_entries"("created_at");
CREATE INDEX "audit_entries_user_id_id_idx" ON "audit_entries"("user_id", "id");
CREATE INDEX "audit_entries_actor_id_id_idx" ON "audit_entries"("actor_id", "id");
CREATE INDEX "audit_entries_action_id_idx" ON "audit_entries"("action", "id");

-- Keeps audit entries as they were written. The sweep may delete those of more than 30 days; a rotation of keys may
-- encrypt an address anew.
CREATE OR REPLACE FUNCTION protect_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('passbook.audit_sweep', true) = 'on' AND OLD.created_at < now() - interval '30 days' THEN
      RETURN OLD;
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    IF current_setting('passbook.key_rotation', true) = 'on'
      AND to_jsonb(NEW) - 'address' = to_jsonb(OLD) - 'address' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'audit entries cannot be changed' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER protect_rows BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION protect_audit_entries();
CREATE TRIGGER protect_table BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION protect_audit_entries();

-- Deletes up to `most` audit entries that are older than `days`, the oldest first, and returns how many.
CREATE OR REPLACE FUNCTION delete_old_audit_entries(days integer, most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  deleted integer;
BEGIN
  -- Not a SET of the function: that needs a superuser.
  PERFORM set_config('passbook.audit_sweep', 'on', true);
  DELETE FROM audit_entries WHERE id = ANY (ARRAY (
    SELECT old.id FROM audit_entries AS old WHERE old.created_at < now() - make_interval(days => days)
    ORDER BY old.created_at LIMIT most));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  PERFORM set_config('passbook.audit_sweep', 'off', true);
  RETURN deleted;
END
$$;
