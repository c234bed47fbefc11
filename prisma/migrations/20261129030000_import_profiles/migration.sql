-- Options of imports that an account keeps under a name.
CREATE TABLE "import_profiles" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "name" VARCHAR(63) NOT NULL,
    "kind" "ImportKind" NOT NULL,
    "options" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "import_profiles_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "import_profiles_user_id_name_key" ON "import_profiles"("user_id", "name");
ALTER TABLE "import_profiles" ADD CONSTRAINT "import_profiles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
