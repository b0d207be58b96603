-- Up Migration

-- What the standing audit last found, a row for each check.
CREATE TABLE audits (
  rule text PRIMARY KEY,
  breaches bigint NOT NULL,
  -- How much it looked at.
  counted bigint NOT NULL,
  scope text NOT NULL CHECK (scope IN ('changes', 'whole')),
  at timestamptz NOT NULL
);

-- Where the standing audit stands: one row for the whole installation.
CREATE TABLE audit_progress (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  -- All that was appended up to here has been audited, or will be with the next audit of everything.
  position bigint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT '-infinity',
  whole_due_at timestamptz NOT NULL DEFAULT '-infinity',
  succeeded_at timestamptz,
  whole_succeeded_at timestamptz
);

-- Streams that the next audit looks at though nothing was appended to them: they are in breach, or time alone may bring them there.
CREATE TABLE audit_again (
  stream text PRIMARY KEY,
  audited_at timestamptz NOT NULL
);
CREATE INDEX audit_again_by_age ON audit_again (audited_at);

-- What the events of each pool came to up to a version, so that the next audit need not read them again. Disposable.
CREATE TABLE audited_pools (
  stream text PRIMARY KEY,
  version bigint NOT NULL,
  position bigint NOT NULL,
  capacity integer,
  claimed bigint NOT NULL,
  sold bigint NOT NULL
);

-- Down Migration

DROP TABLE audited_pools;
DROP TABLE audit_again;
DROP TABLE audit_progress;
DROP TABLE audits;
