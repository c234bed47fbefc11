-- An address that somebody gave for themselves is not verified until its mailed link was followed. One that staff gave is.
-- The constant default spares a rewrite of all rows; customers, who are most of them, were created by staff.
ALTER TABLE "users" ADD COLUMN "email_verified" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "users" ALTER COLUMN "email_verified" SET DEFAULT false;
UPDATE "users" SET "email_verified" = false
  WHERE "email_index" IS NULL OR ("username" IS NOT NULL AND "role" = 'user');
ALTER TABLE "users" ADD CONSTRAINT "users_email_verified_check"
  CHECK (NOT "email_verified" OR "email_index" IS NOT NULL);

-- Only verified addresses are unique. Filters go on finding the others.
DROP INDEX "users_email_index_key";
CREATE UNIQUE INDEX "users_verified_email_index_key" ON "users"("email_index") WHERE "email_verified";
CREATE INDEX "users_email_index_idx" ON "users"("email_index");
