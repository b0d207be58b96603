-- Up Migration

CREATE TABLE shows (
  name text COLLATE "C" PRIMARY KEY,
  version integer NOT NULL,
  position bigint NOT NULL,
  status text NOT NULL,
  promoter text NOT NULL,
  -- One that never was is its promoter's business.
  published boolean NOT NULL,
  -- As names are compared, however they are written.
  venue text NOT NULL,
  starts_at timestamptz NOT NULL,
  details jsonb NOT NULL,
  -- The words of title, description and venue.
  words tsvector NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX shows_by_start ON shows (starts_at, name);
CREATE INDEX shows_of_venue ON shows (venue, starts_at, name);
CREATE INDEX shows_by_words ON shows USING gin (words);

INSERT INTO projections (name, position) VALUES ('shows', 0);

-- Down Migration

DELETE FROM parked_events WHERE projection = 'shows';
DELETE FROM projections WHERE name = 'shows';
DROP TABLE shows;
