-- Deletes all transactions before a TRUNCATE, so that each leaves a version.
CREATE OR REPLACE FUNCTION version_before_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM transactions;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER version_before_truncate BEFORE TRUNCATE ON transactions
  FOR EACH STATEMENT EXECUTE FUNCTION version_before_truncate();
