-- Whoever deletes a user locks the admins: not by reading a million rows.
CREATE INDEX "users_admins_idx" ON "users"("id") WHERE "role" = 'admin';
