-- Refuses inserted rows that nobody would find, as require_index_in_use does for changed ones. All but few rows lack one of
-- the two indexes, so it looks once for all rows of a statement which one must be there.
CREATE OR REPLACE FUNCTION require_indexes_of_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  slot integer := (SELECT CASE phase WHEN 'switched' THEN 3 - index_slot ELSE index_slot END FROM key_use);
  is_missing boolean;
BEGIN
  IF TG_TABLE_NAME = 'users' THEN
    is_missing := EXISTS (SELECT FROM inserted_rows
      WHERE slot = 1 AND name_index IS NULL OR slot = 2 AND name_index_2 IS NULL);
  ELSE
    is_missing := EXISTS (SELECT FROM inserted_rows
      WHERE slot = 1 AND account_number_index IS NULL OR slot = 2 AND account_number_index_2 IS NULL);
  END IF;
  IF is_missing THEN
    RAISE EXCEPTION 'the writer does not use the keys in use' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER require_indexes AFTER INSERT ON users
  REFERENCING NEW TABLE AS inserted_rows
  FOR EACH STATEMENT EXECUTE FUNCTION require_indexes_of_inserted();
CREATE OR REPLACE TRIGGER require_indexes AFTER INSERT ON bank_accounts
  REFERENCING NEW TABLE AS inserted_rows
  FOR EACH STATEMENT EXECUTE FUNCTION require_indexes_of_inserted();
