\set user random(2001, 2500)
\set cents random(100, 500000)
INSERT INTO plain_transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
VALUES (:user, '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627', now(), :cents / 100.0, 'credit', 'USD')
RETURNING id;
