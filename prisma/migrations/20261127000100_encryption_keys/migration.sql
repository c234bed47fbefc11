-- The keys that values of this database were encrypted and indexed with, by a check value each: a program with others
-- does not start.
CREATE TABLE "encryption_keys" (
    "key_id" VARCHAR(32) NOT NULL,
    "check_value" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "encryption_keys_pkey" PRIMARY KEY ("key_id")
);
