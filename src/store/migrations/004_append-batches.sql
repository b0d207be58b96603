-- Up Migration

-- Appends to several streams at once, all or none, and tells listeners on the channel `commits`.
-- expected: 0 and more = exactly that version (0 = none), -1 = any, -2 = the stream exists.
-- of_stream: for each event the 1-based place of its stream in `streams`; nth: its 1-based place among that stream's events.
-- data: a JSON array with one member for each event; metadata: a JSON array in which `of_metadata` is each event's 0-based place.
-- BX001 carries the stream and its actual version as JSON in DETAIL.
-- The older function of this name stays for processes of the last release, until they are replaced.
CREATE FUNCTION append_events(
  streams text[], expected bigint[], added integer[],
  of_stream integer[], nth integer[], ids uuid[], types text[], schema_versions integer[], of_metadata integer[],
  data jsonb, metadata jsonb, notice text
) RETURNS TABLE (stream text, version bigint, last_position bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  before bigint[];
  refused boolean;
  conflict jsonb;
BEGIN
  -- Writers share this lock until they commit: a reader that takes it alone knows that no lower position is still open.
  PERFORM pg_advisory_xact_lock_shared(842001);

  -- Rows are locked in the order of their names, so that two appends can never wait for one another in a circle,
  -- and before a position is taken, so that within a stream position order is version order.
  WITH wanted AS (
    SELECT w.stream, w.expected, w.added, w.place
    FROM unnest($1, $2, $3) WITH ORDINALITY AS w (stream, expected, added, place)
  ), advanced AS (
    INSERT INTO streams AS s (stream, version)
    SELECT w.stream, w.added FROM wanted w ORDER BY w.stream COLLATE "C"
    ON CONFLICT (stream) DO UPDATE SET version = s.version + excluded.version
    RETURNING s.stream, s.version
  )
  SELECT array_agg(a.version - w.added ORDER BY w.place), bool_or(
    CASE w.expected WHEN -1 THEN false WHEN -2 THEN a.version = w.added ELSE a.version - w.added <> w.expected END)
  INTO before, refused FROM wanted w JOIN advanced a ON a.stream = w.stream;

  IF refused THEN
    SELECT jsonb_build_object('stream', w.stream, 'expected', w.expected, 'actual', w.before) INTO conflict
    FROM unnest($1, $2, before) AS w (stream, expected, before)
    WHERE (w.expected >= 0 AND w.before <> w.expected) OR (w.expected = -2 AND w.before = 0)
    LIMIT 1;
    RAISE EXCEPTION 'stream % is at version %', conflict ->> 'stream', conflict ->> 'actual'
      USING ERRCODE = 'BX001', DETAIL = conflict::text;
  END IF;

  PERFORM pg_notify('commits', notice);

  RETURN QUERY
  WITH inserted AS (
    INSERT INTO events (stream, version, event_id, type, schema_version, data, metadata)
    SELECT $1[e.of_stream], before[e.of_stream] + e.nth, e.id, e.type, e.schema_version,
      $10 -> (e.place - 1)::integer, $11 -> e.of_metadata
    FROM unnest($4, $5, $6, $7, $8, $9) WITH ORDINALITY AS e (of_stream, nth, id, type, schema_version, of_metadata, place)
    ORDER BY e.place
    RETURNING stream, version, position
  )
  SELECT i.stream, max(i.version), max(i.position) FROM inserted i GROUP BY i.stream;
END $$;

-- Waits for the turn on a stream, which other processes ask for by the same function, and gives what was appended to it beyond
-- version `after`; nothing where that is null. The turn is the session's until it says pg_advisory_unlock(842002, hashtext(stream)) or ends.
-- Turns only keep processes out of one another's way: what makes an append right is its expected version.
CREATE FUNCTION take_turn(stream text, after bigint, patience text)
RETURNS TABLE (version bigint, type text, schema_version integer, data jsonb) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('lock_timeout', patience, true);
  PERFORM pg_advisory_lock(842002, hashtext(stream));
  RETURN QUERY
  SELECT e.version, e.type, e.schema_version, e.data FROM events e WHERE e.stream = $1 AND e.version > $2 ORDER BY e.version;
END $$;

-- Down Migration

DROP FUNCTION take_turn;
DROP FUNCTION append_events(text[], bigint[], integer[], integer[], integer[], uuid[], text[], integer[], integer[], jsonb, jsonb, text);
