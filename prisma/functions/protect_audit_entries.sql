-- Keeps audit entries as they were written. The sweep may delete those of more than 30 days; a rotation of keys may
-- encrypt an address anew.
CREATE OR REPLACE FUNCTION protect_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('passbook.audit_sweep', true) = 'on' AND OLD.created_at < now() - interval '30 days' THEN
      RETURN OLD;
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    IF current_setting('passbook.key_rotation', true) = 'on'
      AND to_jsonb(NEW) - 'address' = to_jsonb(OLD) - 'address' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'audit entries cannot be changed' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER protect_rows BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION protect_audit_entries();
CREATE TRIGGER protect_table BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION protect_audit_entries();
