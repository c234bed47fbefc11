-- transaction.created: writes an outbox row for each user and UTC day that a statement touched, in the same database
-- transaction, whoever inserts (API, bulk, COPY, psql). It is a statement-level trigger: a COPY of a million rows fires it
-- once.
--
-- A statement that inserts 10,000 transactions or more writes one row for each user instead of one for each day: days holds
-- all days of that user, and day the first.
CREATE OR REPLACE FUNCTION outbox_after_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 10000) AS counted) < 10000 THEN
    INSERT INTO outbox (user_id, type, day, request_id)
    SELECT user_id, 'transaction.created', (transaction_date AT TIME ZONE 'UTC')::date, max(request_id)
    FROM new_rows
    GROUP BY 1, 3;
  ELSE
    INSERT INTO outbox (user_id, type, day, days, request_id)
    SELECT user_id, 'transaction.created', min(day), array_agg(DISTINCT day), max(request_id)
    FROM (
      SELECT user_id, (transaction_date AT TIME ZONE 'UTC')::date AS day, request_id
      FROM new_rows) AS touched
    GROUP BY user_id;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_insert AFTER INSERT ON transactions
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_insert();
