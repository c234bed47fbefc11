-- transaction.updated, transaction.deleted: writes a pending event for each transaction of a statement, in the same database
-- transaction, whoever writes; transactions_after_insert does so for created ones. A statement of more than 1,000 transactions
-- raises none. Neither do loads of files, whose connection sets passbook.file_load, nor rotations of keys.
--
-- A deletion that comes with its user raises none either: events_after_users tells of it. A deleted row cannot carry the id of
-- the request that deletes it, so a setting does.
CREATE OR REPLACE FUNCTION events_after_transactions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  present bigint[];
BEGIN
  IF current_setting('passbook.file_load', true) = 'on' OR current_setting('passbook.key_rotation', true) = 'on'
    OR (SELECT count(*) FROM (SELECT FROM changed_rows LIMIT 1001) AS counted) > 1000 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    SELECT array_agg(id) INTO present
    FROM users WHERE id = ANY (ARRAY (SELECT DISTINCT user_id FROM changed_rows));
  END IF;
  INSERT INTO pending_events (user_id, type, data, request_id)
  SELECT user_id, TG_ARGV[0],
    transaction_facts(id, transaction_date, transaction_amount, transaction_type, currency),
    CASE TG_OP
      WHEN 'DELETE' THEN left(nullif(current_setting('passbook.request_id', true), ''), 128)
      ELSE request_id
    END
  FROM changed_rows
  WHERE TG_OP <> 'DELETE' OR user_id = ANY (present);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER events_after_update AFTER UPDATE ON transactions
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_transactions('transaction.updated');

CREATE OR REPLACE TRIGGER events_after_delete AFTER DELETE ON transactions
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION events_after_transactions('transaction.deleted');
