-- Up Migration

-- What came of each signal to a pool or a show, under the id of its step: one that changed nothing leaves no event to be found by.
-- Kept as long as the events are.
CREATE TABLE step_outcomes (
  step text COLLATE "C" PRIMARY KEY,
  outcome jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

-- Down Migration

DROP TABLE step_outcomes;
