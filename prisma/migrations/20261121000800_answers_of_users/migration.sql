-- Whom a kept answer tells of: it goes with them.
ALTER TABLE "idempotency_keys" ADD COLUMN "user_ids" BIGINT[];

CREATE INDEX "idempotency_keys_user_ids_idx" ON "idempotency_keys" USING GIN ("user_ids");

CREATE FUNCTION "forget_answers"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "idempotency_keys"
  WHERE "user_ids" && (SELECT array_agg("id") FROM "deleted_users");
  RETURN NULL;
END
$$;

CREATE TRIGGER "forget_answers" AFTER DELETE ON "users"
  REFERENCING OLD TABLE AS "deleted_users" FOR EACH STATEMENT EXECUTE FUNCTION "forget_answers"();
