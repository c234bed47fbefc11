-- Grouping users by bank and by company reads the names as well: with them in the index it reads nothing else.
DROP INDEX "bank_accounts_bank_key_user_id_idx";
CREATE INDEX "bank_accounts_bank_key_user_id_idx" ON "bank_accounts"("bank_key", "user_id") INCLUDE ("bank_name");

DROP INDEX "employments_company_key_user_id_idx";
CREATE INDEX "employments_company_key_user_id_idx" ON "employments"("company_key", "user_id") INCLUDE ("company_name")
  WHERE "is_current";
