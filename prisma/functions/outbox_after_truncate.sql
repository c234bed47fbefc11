-- transaction.deleted: writes an outbox row for each day that had figures.
CREATE OR REPLACE FUNCTION outbox_after_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, day)
  SELECT DISTINCT daily_statistics.user_id, 'transaction.deleted', date
  FROM daily_statistics
  JOIN users ON users.id = daily_statistics.user_id;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_truncate AFTER TRUNCATE ON transactions
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_truncate();
