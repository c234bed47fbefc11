-- Refuses a change after which nobody would find a row: it lacks the index by which rows are looked up. Its writer was
-- stopped for so long that it uses the keys of before; once it goes on, it may try again.
CREATE OR REPLACE FUNCTION require_index_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT CASE phase WHEN 'switched' THEN 3 - index_slot ELSE index_slot END FROM key_use) = TG_ARGV[0]::integer THEN
    RAISE EXCEPTION 'the writer does not use the keys in use' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER require_index_1 AFTER UPDATE OF name_index ON users
  FOR EACH ROW WHEN (NEW.name_index IS NULL) EXECUTE FUNCTION require_index_in_use(1);
CREATE OR REPLACE TRIGGER require_index_2 AFTER UPDATE OF name_index_2 ON users
  FOR EACH ROW WHEN (NEW.name_index_2 IS NULL) EXECUTE FUNCTION require_index_in_use(2);
CREATE OR REPLACE TRIGGER require_index_1 AFTER UPDATE OF account_number_index ON bank_accounts
  FOR EACH ROW WHEN (NEW.account_number_index IS NULL) EXECUTE FUNCTION require_index_in_use(1);
CREATE OR REPLACE TRIGGER require_index_2 AFTER UPDATE OF account_number_index_2 ON bank_accounts
  FOR EACH ROW WHEN (NEW.account_number_index_2 IS NULL) EXECUTE FUNCTION require_index_in_use(2);
