-- Up Migration

-- Saves reading a long stream from its start. May be emptied at any time: it holds nothing that the events do not say.
CREATE TABLE snapshots (
  stream text PRIMARY KEY,
  version bigint NOT NULL,
  -- The event of that version: where the stream has another one, as after a restore, the state is not of this stream.
  event_id uuid NOT NULL,
  -- The version of the reducer that made the state; another one has no use for it.
  reducer integer NOT NULL,
  state text NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT statement_timestamp()
);
-- Ids hardly compress.
ALTER TABLE snapshots ALTER state SET STORAGE EXTERNAL;

-- Down Migration

DROP TABLE snapshots;
