-- transactions.written: writes an outbox row for each user whose transactions a statement gave another amount, currency or
-- day, with the ids of these, whoever writes. A job checks them for alerts. transactions_after_insert does so for created ones.
--
-- The history that a file brings is not news: loads of files, whose connection sets passbook.file_load, leave none, and neither
-- do statements of more than 1,000 transactions, nor rotations of keys. Nor do deletions: no alert comes of what is gone.
CREATE OR REPLACE FUNCTION outbox_for_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('passbook.file_load', true) = 'on' OR current_setting('passbook.key_rotation', true) = 'on'
    OR (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 1001) AS counted) > 1000 THEN
    RETURN NULL;
  END IF;
  INSERT INTO outbox (user_id, type, subjects, request_id)
  SELECT changed.user_id, 'transactions.written', array_agg(changed.id), max(changed.request_id)
  FROM new_rows AS changed JOIN old_rows AS former USING (id, user_id)
  WHERE (changed.transaction_amount, changed.currency, (changed.transaction_date AT TIME ZONE 'UTC')::date)
    IS DISTINCT FROM (former.transaction_amount, former.currency, (former.transaction_date AT TIME ZONE 'UTC')::date)
  GROUP BY changed.user_id;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_for_alerts_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_for_alerts();
