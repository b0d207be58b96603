-- Up Migration

CREATE TABLE availability (
  pool text PRIMARY KEY,
  promoter text NOT NULL,
  status text NOT NULL,
  capacity integer NOT NULL,
  claimed integer NOT NULL,
  sold integer NOT NULL,
  details jsonb NOT NULL,
  position bigint NOT NULL,
  CONSTRAINT never_oversold CHECK (claimed >= 0 AND sold >= 0 AND claimed + sold <= capacity)
) WITH (fillfactor = 50);

CREATE TABLE purchases (
  id uuid PRIMARY KEY,
  customer_id text NOT NULL,
  status text NOT NULL,
  details jsonb NOT NULL,
  position bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX purchases_of_customer ON purchases (customer_id, id);

CREATE TABLE sales_by_day (
  pool text NOT NULL,
  day date NOT NULL,
  currency text NOT NULL,
  total bigint NOT NULL,
  count integer NOT NULL,
  tickets integer NOT NULL,
  PRIMARY KEY (pool, day)
);

-- What the API took in before its workflow decided it: remembers idempotency keys, and answers for a purchase that is only requested.
CREATE TABLE purchase_requests (
  purchase_id uuid PRIMARY KEY,
  key_holder text NOT NULL,
  idempotency_key text NOT NULL,
  body_hash text NOT NULL,
  customer_id text NOT NULL,
  items jsonb NOT NULL,
  -- What it was refused with before it became a purchase; null where it became one.
  refusal jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (key_holder, idempotency_key)
);
CREATE INDEX purchase_requests_by_age ON purchase_requests (created_at);

CREATE SCHEMA payment_simulator;
CREATE TABLE payment_simulator.payments (
  payment_id uuid PRIMARY KEY,
  purchase_id uuid NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  token text NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'captured', 'declined', 'refunded', 'voided')),
  reason text,
  attempts integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Money that moved: one capture and one refund per payment at the most.
CREATE TABLE payment_simulator.ledger (
  entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment_id uuid NOT NULL REFERENCES payment_simulator.payments,
  kind text NOT NULL CHECK (kind IN ('capture', 'refund')),
  amount bigint NOT NULL,
  currency text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (payment_id, kind)
);

-- Down Migration

DROP SCHEMA payment_simulator CASCADE;
DROP TABLE purchase_requests;
DROP TABLE sales_by_day;
DROP TABLE purchases;
DROP TABLE availability;
