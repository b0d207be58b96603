-- Up Migration

ALTER TABLE availability ADD COLUMN withheld integer NOT NULL DEFAULT 0;
ALTER TABLE availability DROP CONSTRAINT never_oversold;
ALTER TABLE availability ADD CONSTRAINT never_oversold
  CHECK (claimed >= 0 AND sold >= 0 AND withheld >= 0 AND claimed + sold + withheld <= capacity);

-- The seats of numbered pools, a line for each row of seats; written in the append's own statement, as availability is.
CREATE TABLE seat_rows (
  pool text NOT NULL,
  row_index integer NOT NULL,
  -- The row as the pool was made with it: its name, and its seats.
  layout jsonb NOT NULL,
  -- A letter for each seat: available, claimed, sold, withheld.
  statuses text NOT NULL,
  -- Of the last event that changed the row.
  position bigint NOT NULL,
  PRIMARY KEY (pool, row_index)
) WITH (fillfactor = 50);

-- Down Migration

DROP TABLE seat_rows;
ALTER TABLE availability DROP CONSTRAINT never_oversold;
ALTER TABLE availability DROP COLUMN withheld;
ALTER TABLE availability ADD CONSTRAINT never_oversold CHECK (claimed >= 0 AND sold >= 0 AND claimed + sold <= capacity);
