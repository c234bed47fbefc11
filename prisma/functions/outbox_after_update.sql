-- transaction.updated: writes outbox rows for the day before the update and the day after it, as an update may move a
-- transaction to another day. A rotation of keys changes no figures.
CREATE OR REPLACE FUNCTION outbox_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('passbook.key_rotation', true) = 'on' THEN
    RETURN NULL;
  END IF;
  INSERT INTO outbox (user_id, type, day, request_id)
  SELECT user_id, 'transaction.updated', (transaction_date AT TIME ZONE 'UTC')::date, max(request_id)
  FROM (
    SELECT user_id, transaction_date, NULL AS request_id FROM old_rows
    UNION ALL
    SELECT user_id, transaction_date, request_id FROM new_rows
  ) AS touched
  GROUP BY 1, 3;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_update();
