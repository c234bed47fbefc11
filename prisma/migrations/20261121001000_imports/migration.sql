-- Files that are loaded, and the tables they become.

CREATE TYPE "ImportKind" AS ENUM ('dataset', 'users', 'transactions');

-- While `uploading` an import is not shown to anybody.
CREATE TYPE "ImportStatus" AS ENUM ('uploading', 'queued', 'running', 'completed', 'failed', 'cancelled');

CREATE TYPE "ImportPart" AS ENUM ('upload', 'rejects');

CREATE TABLE "imports" (
    "id" BIGSERIAL NOT NULL,
    "user_id" BIGINT NOT NULL,
    "kind" "ImportKind" NOT NULL,
    "name" VARCHAR(63) NOT NULL,
    "status" "ImportStatus" NOT NULL DEFAULT 'uploading',
    "options" JSONB NOT NULL,
    "has_upload" BOOLEAN NOT NULL DEFAULT true,
    "compressed" BOOLEAN NOT NULL DEFAULT false,
    "sha256" BYTEA,
    "bytes_total" BIGINT,
    "bytes_read" BIGINT NOT NULL DEFAULT 0,
    "rows_read" BIGINT NOT NULL DEFAULT 0,
    "rows_loaded" BIGINT NOT NULL DEFAULT 0,
    "rows_rejected" BIGINT NOT NULL DEFAULT 0,
    "rows_skipped" BIGINT NOT NULL DEFAULT 0,
    "dialect" JSONB,
    "columns" JSONB,
    "error" JSONB,
    "request_id" VARCHAR(128),
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "alive_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "imports_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "import_chunks" (
    "import_id" BIGINT NOT NULL,
    "part" "ImportPart" NOT NULL,
    "position" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "import_chunks_pkey" PRIMARY KEY ("import_id","part","position")
);

-- What is encrypted does not get smaller by compression.
ALTER TABLE "import_chunks" ALTER COLUMN "content" SET STORAGE EXTERNAL;

-- The catalogue of the tables in the schema `datasets`, each named `d` and the id.
CREATE TABLE "datasets" (
    "id" BIGSERIAL NOT NULL,
    "name" VARCHAR(63) NOT NULL,
    "import_id" BIGINT,
    "columns" JSONB NOT NULL,
    "row_count" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "datasets_pkey" PRIMARY KEY ("id")
);

CREATE SCHEMA "datasets";

CREATE INDEX "imports_user_id_id_idx" ON "imports"("user_id", "id" DESC);
CREATE INDEX "imports_sha256_idx" ON "imports"("sha256");
CREATE UNIQUE INDEX "datasets_name_key" ON "datasets"("name");
CREATE INDEX "datasets_import_id_idx" ON "datasets"("import_id");

-- What a worker looks for.
CREATE INDEX "imports_unfinished_idx" ON "imports"("id") WHERE "status" IN ('uploading', 'queued', 'running');

ALTER TABLE "imports" ADD CONSTRAINT "imports_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "import_chunks" ADD CONSTRAINT "import_chunks_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "imports"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "imports"("id") ON DELETE SET NULL ON UPDATE CASCADE;
