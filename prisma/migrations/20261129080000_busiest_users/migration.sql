-- Finds those with the most transactions without a look at all others.
CREATE INDEX "user_statistics_transaction_count_user_id_currency_idx"
  ON "user_statistics" ("transaction_count" DESC, "user_id", "currency");
