-- Up Migration

CREATE TABLE streams (
  stream text PRIMARY KEY,
  version bigint NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE events (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stream text NOT NULL,
  version bigint NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  schema_version integer NOT NULL,
  data jsonb NOT NULL,
  metadata jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT statement_timestamp(),
  CONSTRAINT events_stream_version UNIQUE (stream, version),
  CONSTRAINT events_event_id UNIQUE (event_id)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are never changed: % on % refused', tg_op, tg_table_name USING ERRCODE = 'BX003';
END $$;

CREATE TRIGGER events_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Appends to several streams at once, all or none, and tells listeners on the channel `commits`.
-- expected: 0 and more = exactly that version (0 = none), -1 = any, -2 = the stream exists.
-- of_stream: for each event the 1-based place of its stream in `streams`; nth: its 1-based place among that stream's events.
-- data, metadata: JSON arrays with one member for each event.
-- BX001 carries the stream and its actual version as JSON in DETAIL.
CREATE FUNCTION append_events(
  streams text[], expected bigint[], added bigint[],
  of_stream integer[], nth integer[], ids uuid[], types text[], schema_versions integer[], data jsonb, metadata jsonb,
  notice text
) RETURNS TABLE (stream text, version bigint, last_position bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  after bigint[];
  conflict jsonb;
BEGIN
  -- Writers share this lock until they commit: a reader that takes it alone knows that no lower position is still open.
  PERFORM pg_advisory_xact_lock_shared(842001);

  -- Rows are locked in the order of their names, so that two appends can never wait for one another in a circle,
  -- and before a position is taken, so that within a stream position order is version order.
  WITH wanted AS (
    SELECT w.stream, w.added, w.place FROM unnest($1, $3) WITH ORDINALITY AS w (stream, added, place)
  ), advanced AS (
    INSERT INTO streams AS s (stream, version)
    SELECT w.stream, w.added FROM wanted w ORDER BY w.stream COLLATE "C"
    ON CONFLICT (stream) DO UPDATE SET version = s.version + excluded.version
    RETURNING s.stream, s.version
  )
  SELECT array_agg(a.version ORDER BY w.place) INTO after FROM wanted w JOIN advanced a ON a.stream = w.stream;

  SELECT jsonb_build_object('stream', w.stream, 'expected', w.expected, 'actual', w.after - w.added) INTO conflict
  FROM unnest($1, $2, $3, after) AS w (stream, expected, added, after)
  WHERE (w.expected >= 0 AND w.after - w.added <> w.expected) OR (w.expected = -2 AND w.after = w.added)
  LIMIT 1;
  IF conflict IS NOT NULL THEN
    RAISE EXCEPTION 'stream % is at version %', conflict ->> 'stream', conflict ->> 'actual'
      USING ERRCODE = 'BX001', DETAIL = conflict::text;
  END IF;

  PERFORM pg_notify('commits', notice);

  RETURN QUERY
  WITH inserted AS (
    INSERT INTO events (stream, version, event_id, type, schema_version, data, metadata)
    SELECT w.stream, w.after - w.added + e.nth, e.id, e.type, e.schema_version, e.data, e.metadata
    FROM ROWS FROM (unnest($4, $5, $6, $7, $8), jsonb_array_elements($9), jsonb_array_elements($10)) WITH ORDINALITY
      AS e (of_stream, nth, id, type, schema_version, data, metadata, place)
    JOIN unnest($1, $3, after) WITH ORDINALITY AS w (stream, added, after, number) ON w.number = e.of_stream
    ORDER BY e.place
    RETURNING stream, version, position
  )
  SELECT i.stream, max(i.version), max(i.position) FROM inserted i GROUP BY i.stream;
END $$;

-- Down Migration

DROP FUNCTION append_events;
DROP TABLE events;
DROP TABLE streams;
DROP FUNCTION refuse_change;
