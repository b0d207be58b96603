-- Up Migration

-- Which payment of a purchase an idempotency key stands for: that of the first body under it.
CREATE TABLE payment_requests (
  purchase_id uuid NOT NULL,
  key_holder text NOT NULL,
  idempotency_key text NOT NULL,
  -- Made of the key and a hash of the card: another card is another payment.
  payment_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (purchase_id, key_holder, idempotency_key)
);
CREATE INDEX payment_requests_by_age ON payment_requests (created_at);

-- Down Migration

DROP TABLE payment_requests;
