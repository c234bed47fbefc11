-- transaction.updated: writes outbox rows for the day before the update and the day after it, as an update may move a
-- transaction to another day. The row of the day after it names the transactions with another amount, currency or day, of which
-- the recomputation finds those that may deserve an alert. A rotation of keys changes no figures.
--
-- The history that a file brings is not news: loads of files, whose connection sets passbook.file_load, name none, and neither
-- do statements of more than 1,000 transactions. Nor do deletions: no alert comes of what is gone.
CREATE OR REPLACE FUNCTION outbox_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  news bigint[];
BEGIN
  IF current_setting('passbook.key_rotation', true) = 'on' THEN
    RETURN NULL;
  END IF;
  IF current_setting('passbook.file_load', true) IS DISTINCT FROM 'on'
    AND (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 1001) AS counted) <= 1000 THEN
    SELECT array_agg(id) INTO news
    FROM new_rows AS changed JOIN old_rows AS former USING (id, user_id)
    WHERE (changed.transaction_amount, changed.currency, (changed.transaction_date AT TIME ZONE 'UTC')::date)
      IS DISTINCT FROM (former.transaction_amount, former.currency, (former.transaction_date AT TIME ZONE 'UTC')::date);
  END IF;
  INSERT INTO outbox (user_id, type, day, subjects, request_id, load)
  SELECT user_id, 'transaction.updated', (transaction_date AT TIME ZONE 'UTC')::date,
    array_agg(id) FILTER (WHERE id = ANY (news)), max(request_id),
    (SELECT count(*) = 50 FROM (SELECT FROM new_rows LIMIT 50) AS counted)
  FROM (
    SELECT user_id, transaction_date, NULL AS id, NULL AS request_id FROM old_rows
    UNION ALL
    SELECT user_id, transaction_date, id, request_id FROM new_rows
  ) AS touched
  GROUP BY 1, 3;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_update AFTER UPDATE ON transactions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_update();
