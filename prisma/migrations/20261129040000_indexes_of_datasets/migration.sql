-- Columns that are to have an index, and those of them whose values are too long for one.
ALTER TABLE "datasets"
    ADD COLUMN "indexed_columns" TEXT[] DEFAULT ARRAY[]::TEXT[],
    ADD COLUMN "failed_indexes" TEXT[] DEFAULT ARRAY[]::TEXT[];
