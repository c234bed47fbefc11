-- The tables of all peers.
CREATE TABLE users (
  id serial PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  age integer
);

CREATE TABLE transactions (
  id bigserial PRIMARY KEY,
  user_id integer NOT NULL,
  full_name bytea NOT NULL, -- AES-256-GCM
  transaction_date timestamptz(3) NOT NULL,
  transaction_amount numeric(17, 4) NOT NULL,
  transaction_type varchar(6) NOT NULL CHECK (transaction_type IN ('credit', 'debit'))
);

CREATE INDEX transactions_of_user ON transactions (user_id, transaction_date DESC, id DESC);
