-- A session is a login; refresh tokens belong to it, and access tokens name it. Each family of refresh tokens becomes a
-- session, whose network address and user agent nobody knows.
CREATE TABLE "sessions" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "address" BYTEA,
    "user_agent" BYTEA,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "refresh_tokens" ADD COLUMN "session_id" BIGINT;

WITH families AS MATERIALIZED (
  SELECT nextval('sessions_id_seq') AS id, of_one.* FROM (
    SELECT family, user_id, min(created_at) AS created_at, max(created_at) AS last_used_at, max(expires_at) AS expires_at
    FROM refresh_tokens GROUP BY family, user_id ORDER BY min(id)) AS of_one
), made AS (
  INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
  SELECT id, user_id, created_at, last_used_at, expires_at FROM families
)
UPDATE refresh_tokens SET session_id = families.id FROM families
WHERE refresh_tokens.family = families.family AND refresh_tokens.user_id = families.user_id;

ALTER TABLE "refresh_tokens" ALTER COLUMN "session_id" SET NOT NULL, DROP COLUMN "family", DROP COLUMN "user_id";

CREATE INDEX "sessions_user_id_id_idx" ON "sessions"("user_id", "id");
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");
CREATE INDEX "refresh_tokens_session_id_idx" ON "refresh_tokens"("session_id");
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Deletes sessions that have expired, and refresh tokens that expired in a session which goes on. Skips rows that a
-- request is using now.
CREATE OR REPLACE FUNCTION delete_expired_sessions(before timestamptz) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  DELETE FROM sessions
  WHERE id = ANY (ARRAY (
    SELECT old.id FROM sessions AS old WHERE old.expires_at < before FOR UPDATE SKIP LOCKED));
  DELETE FROM refresh_tokens
  WHERE id = ANY (ARRAY (
    SELECT old.id FROM refresh_tokens AS old WHERE old.expires_at < before FOR UPDATE SKIP LOCKED));
END
$$;
