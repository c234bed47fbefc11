-- One index of addresses in place of two: among equal ones, verified addresses have the number 0, and so exclude each other.
DROP INDEX "users_verified_email_index_key", "users_email_index_idx";
CREATE UNIQUE INDEX "users_verified_email_index_key"
  ON "users" ("email_index", (CASE WHEN "email_verified" THEN 0 ELSE "id" END)) WHERE "email_index" IS NOT NULL;
DROP INDEX "users_verified_email_index_2_key", "users_email_index_2_idx";
CREATE UNIQUE INDEX "users_verified_email_index_2_key"
  ON "users" ("email_index_2", (CASE WHEN "email_verified" THEN 0 ELSE "id" END)) WHERE "email_index_2" IS NOT NULL;

-- Whoever asks for a PIN code does so in the order of bytes, as whoever asks for its beginning.
DROP INDEX "users_pincode_id_idx";
