-- transaction.created: writes an outbox row for each user of whom a statement inserted transactions, in the same database
-- transaction, whoever inserts (API, bulk, COPY, psql). It is a statement-level trigger: a COPY of a million rows fires it
-- once.
--
-- A row for each day as well took a bulk load of many days longer than the transactions did, in the claims above all. So of several
-- days the row has the first in day, and all of them in days.
CREATE OR REPLACE FUNCTION outbox_after_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (user_id, type, day, days, request_id)
  SELECT user_id, 'transaction.created', min(day), CASE WHEN count(*) > 1 THEN array_agg(day) END, max(request_id)
  FROM (
    SELECT user_id, (transaction_date AT TIME ZONE 'UTC')::date AS day, max(request_id) AS request_id
    FROM new_rows GROUP BY 1, 2) AS touched
  GROUP BY user_id;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER outbox_after_insert AFTER INSERT ON transactions
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_after_insert();
