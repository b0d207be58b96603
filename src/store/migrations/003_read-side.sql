-- Up Migration

-- How far each read model that follows the events has come. Its rows and this position change in one transaction, and
-- only from the position it had: of two processes that work on one, the second finds it moved and changes nothing.
CREATE TABLE projections (
  name text PRIMARY KEY,
  position bigint NOT NULL,
  -- Events set aside because they could not be applied; those who follow them in their streams wait with them.
  parked integer NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE parked_events (
  projection text NOT NULL REFERENCES projections (name),
  position bigint NOT NULL,
  stream text NOT NULL,
  -- Null where it only waits behind another one of its stream.
  error text,
  parked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (projection, position)
);

-- Until now these were written with each append. They follow the events from the start.
DROP TABLE purchases;
CREATE TABLE purchases (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  position bigint NOT NULL,
  status text NOT NULL,
  customer_id text NOT NULL,
  details jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE customer_purchases (
  purchase_id uuid PRIMARY KEY,
  customer_id text NOT NULL
);
CREATE INDEX customer_purchases_of_customer ON customer_purchases (customer_id, purchase_id);

DROP TABLE sales_by_day;
CREATE TABLE sales_by_day (
  pool text NOT NULL,
  day date NOT NULL,
  currency text NOT NULL,
  total bigint NOT NULL,
  count integer NOT NULL,
  tickets integer NOT NULL,
  refunded bigint NOT NULL,
  refunds integer NOT NULL,
  PRIMARY KEY (pool, day)
) WITH (fillfactor = 70);

CREATE TABLE revenue_per_pool (
  pool text PRIMARY KEY,
  currency text NOT NULL,
  revenue bigint NOT NULL,
  tickets integer NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE event_counts (
  type text PRIMARY KEY,
  count bigint NOT NULL
) WITH (fillfactor = 50);

INSERT INTO projections (name, position)
SELECT name, 0 FROM unnest(ARRAY['purchases', 'customer_purchases', 'sales_by_day', 'revenue_per_pool', 'event_counts']) AS name;

-- Down Migration

DROP TABLE event_counts;
DROP TABLE revenue_per_pool;
DROP TABLE sales_by_day;
CREATE TABLE sales_by_day (
  pool text NOT NULL,
  day date NOT NULL,
  currency text NOT NULL,
  total bigint NOT NULL,
  count integer NOT NULL,
  tickets integer NOT NULL,
  PRIMARY KEY (pool, day)
);
DROP TABLE customer_purchases;
DROP TABLE purchases;
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
DROP TABLE parked_events;
DROP TABLE projections;
