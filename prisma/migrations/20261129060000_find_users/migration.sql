-- What users are found by as somebody types: the beginnings of these, whatever the collation of the database.
CREATE INDEX "employments_company_beginning_idx" ON "employments" ("company_key" COLLATE "C", "user_id") WHERE "is_current";
CREATE INDEX "bank_accounts_bank_beginning_idx" ON "bank_accounts" ("bank_key" COLLATE "C", "user_id");
CREATE INDEX "users_pincode_beginning_idx" ON "users" ("pincode" COLLATE "C", "id");
