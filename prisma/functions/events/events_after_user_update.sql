-- user.updated: writes a pending event when a field changes that callers see. Passwords and indexes are none of these, and a
-- rotation of keys changes how names and addresses are stored, not what they are.
CREATE OR REPLACE FUNCTION events_after_user_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.username, NEW.role, NEW.name, NEW.email, NEW.email_verified, NEW.age, NEW.pincode, NEW.disabled_at)
    IS NOT DISTINCT FROM
    (OLD.username, OLD.role, OLD.name, OLD.email, OLD.email_verified, OLD.age, OLD.pincode, OLD.disabled_at)
    OR current_setting('passbook.key_rotation', true) = 'on' THEN
    RETURN NULL;
  END IF;
  INSERT INTO pending_events (user_id, type, data, request_id)
  VALUES (NEW.id, 'user.updated', jsonb_build_object('user_id', NEW.id),
    left(nullif(current_setting('passbook.request_id', true), ''), 128));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_update AFTER UPDATE ON users
  FOR EACH ROW EXECUTE FUNCTION events_after_user_update();
