-- Up Migration

-- When each worker last said that it works, by this server's clock: one that stands still or is gone says nothing.
CREATE TABLE worker_heartbeats (
  worker uuid PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT now(),
  -- Whether it polls, and Temporal answers it.
  polls boolean NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE write_probes (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Fails where nothing can be written: commits a change, and writes a temporary file of about a megabyte. On a full disk
-- small changes still succeed for a while, in space that is there already; a new file needs some that is not.
CREATE FUNCTION probe_writing() RETURNS bigint LANGUAGE sql SET work_mem = '64kB' AS $$
  INSERT INTO write_probes (at) VALUES (now()) ON CONFLICT (one) DO UPDATE SET at = excluded.at;
  SELECT count(*) FROM generate_series(1, 40000);
$$;

-- Workflows that ended, or are not there, while their stream goes on: what the watch starts anew.
CREATE TABLE gone_workflows (
  stream text PRIMARY KEY,
  -- How the last run ended, for an operator.
  because text NOT NULL,
  found_at timestamptz NOT NULL DEFAULT now(),
  -- Not before: the more often it was started anew, the later.
  due_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  -- Why the last try failed.
  error text,
  -- Null until it runs again.
  restarted_at timestamptz
);
CREATE INDEX gone_workflows_due ON gone_workflows (due_at) WHERE restarted_at IS NULL;

-- Whose turn it is to watch, and where the next turn goes on: one row for the whole installation.
CREATE TABLE watch_progress (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  due_at timestamptz NOT NULL DEFAULT '-infinity',
  -- Workflows that closed before this were looked at.
  closed_after timestamptz NOT NULL DEFAULT '-infinity',
  -- The last stream of each kind that was looked at in turn.
  looked_at jsonb NOT NULL DEFAULT '{}'
);

-- The breaches that the standing audit last found, one for each rule and stream.
CREATE TABLE audit_breaches (
  rule text NOT NULL,
  stream text NOT NULL,
  sentence text NOT NULL,
  found_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (rule, stream)
);

-- Down Migration

DROP TABLE audit_breaches;
DROP TABLE watch_progress;
DROP TABLE gone_workflows;
DROP FUNCTION probe_writing;
DROP TABLE write_probes;
DROP TABLE worker_heartbeats;
