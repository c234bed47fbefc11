-- Keeps versions and the links of their chains as they were written. A rotation of keys may encrypt a name anew, and
-- what belongs to a deleted user may go.
CREATE OR REPLACE FUNCTION protect_versions() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF current_setting('passbook.key_rotation', true) = 'on'
      AND to_jsonb(NEW) - 'full_name' = to_jsonb(OLD) - 'full_name' THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (
      SELECT FROM (SELECT DISTINCT user_id FROM deleted_rows) AS owners
      WHERE (SELECT true FROM users WHERE users.id = owners.user_id)) THEN
      RETURN NULL;
    END IF;
  END IF;
  RAISE EXCEPTION 'the past of transactions cannot be changed' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE OR REPLACE TRIGGER protect_rows BEFORE UPDATE ON transaction_versions
  FOR EACH ROW EXECUTE FUNCTION protect_versions();
CREATE OR REPLACE TRIGGER protect_deleted AFTER DELETE ON transaction_versions
  REFERENCING OLD TABLE AS deleted_rows
  FOR EACH STATEMENT EXECUTE FUNCTION protect_versions();
CREATE OR REPLACE TRIGGER protect_table BEFORE TRUNCATE ON transaction_versions
  FOR EACH STATEMENT EXECUTE FUNCTION protect_versions();

CREATE OR REPLACE TRIGGER protect_rows BEFORE UPDATE ON chain_links
  FOR EACH ROW EXECUTE FUNCTION protect_versions();
CREATE OR REPLACE TRIGGER protect_deleted AFTER DELETE ON chain_links
  REFERENCING OLD TABLE AS deleted_rows
  FOR EACH STATEMENT EXECUTE FUNCTION protect_versions();
CREATE OR REPLACE TRIGGER protect_table BEFORE TRUNCATE ON chain_links
  FOR EACH STATEMENT EXECUTE FUNCTION protect_versions();
