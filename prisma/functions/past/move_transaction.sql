-- Turns an update of a transaction's key into a deletion and a creation, so that the chain of each user tells of it.
CREATE OR REPLACE FUNCTION move_transaction() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
  DELETE FROM transactions WHERE id = OLD.id AND user_id = OLD.user_id;
  INSERT INTO transactions SELECT NEW.*;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER move_transaction BEFORE UPDATE ON transactions
  FOR EACH ROW WHEN (OLD.id <> NEW.id OR OLD.user_id <> NEW.user_id)
  EXECUTE FUNCTION move_transaction();
