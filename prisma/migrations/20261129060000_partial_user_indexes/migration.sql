-- Each user has values of one index key, but while keys are replaced. Indexes leave out the rows without: they took an
-- entry in three indexes for each user that was stored.
DROP INDEX "users_name_index_idx", "users_name_index_2_idx";
CREATE INDEX "users_name_index_idx" ON "users" ("name_index") WHERE "name_index" IS NOT NULL;
CREATE INDEX "users_name_index_2_idx" ON "users" ("name_index_2") WHERE "name_index_2" IS NOT NULL;

DROP INDEX "users_email_index_idx", "users_email_index_2_idx";
CREATE INDEX "users_email_index_idx" ON "users" ("email_index") WHERE "email_index" IS NOT NULL;
CREATE INDEX "users_email_index_2_idx" ON "users" ("email_index_2") WHERE "email_index_2" IS NOT NULL;

DROP INDEX "users_verified_email_index_key", "users_verified_email_index_2_key";
CREATE UNIQUE INDEX "users_verified_email_index_key" ON "users" ("email_index")
  WHERE "email_verified" AND "email_index" IS NOT NULL;
CREATE UNIQUE INDEX "users_verified_email_index_2_key" ON "users" ("email_index_2")
  WHERE "email_verified" AND "email_index_2" IS NOT NULL;
