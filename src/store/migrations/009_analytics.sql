-- Up Migration

-- What became of the purchases that reserved tickets of a pool: those that did, and how each ended.
CREATE TABLE conversion_per_pool (
  pool text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('reserved', 'confirmed', 'expired', 'cancelled', 'failed')),
  purchases integer NOT NULL,
  tickets integer NOT NULL,
  PRIMARY KEY (pool, outcome)
) WITH (fillfactor = 70);

-- The same for each show: a purchase over several of its sections is one.
CREATE TABLE conversion_per_show (
  show text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('reserved', 'confirmed', 'expired', 'cancelled', 'failed')),
  purchases integer NOT NULL,
  tickets integer NOT NULL,
  PRIMARY KEY (show, outcome)
) WITH (fillfactor = 70);

-- Which show a pool is a section of.
CREATE TABLE conversion_sections (
  pool text PRIMARY KEY,
  show text NOT NULL
);

INSERT INTO projections (name, position) VALUES ('conversion_per_pool', 0);

-- Down Migration

DELETE FROM parked_events WHERE projection = 'conversion_per_pool';
DELETE FROM projections WHERE name = 'conversion_per_pool';
DROP TABLE conversion_sections;
DROP TABLE conversion_per_show;
DROP TABLE conversion_per_pool;
