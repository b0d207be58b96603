import type { Pool as Database } from 'pg';

export const goneLimits = {
  /** One that is gone is started anew after this, and not before: perhaps an operator resets it. */
  waitSeconds: 3,
  /** One that is gone again and again waits twice as long each time, and this at the most. */
  longestWaitSeconds: 600,
  /** One that runs again is told of for so long. */
  toldSeconds: 3_600,
} as const;

export interface Gone {
  stream: string;
  /** How the last run ended. */
  because: string;
}

/** So long after it was found for the nth time. */
const waiting = 'make_interval(secs => least($3 * 2 ^ least(g.tries, 20), $4))';

/** Keeps what was found, each once; gives those that were not known to be gone. */
export async function noteGone(database: Database, gone: readonly Gone[]): Promise<Gone[]> {
  if (gone.length === 0) return [];
  const { rows } = await database.query<Gone>(
    `INSERT INTO gone_workflows AS g (stream, because, due_at)
     SELECT stream, because, now() + make_interval(secs => $3) FROM unnest($1::text[], $2::text[]) AS u (stream, because)
     ON CONFLICT (stream) DO UPDATE SET because = excluded.because, found_at = now(), restarted_at = NULL, due_at = now() + ${waiting}
       WHERE g.restarted_at IS NOT NULL
     RETURNING stream, because`,
    [
      gone.map(({ stream }) => stream),
      gone.map(({ because }) => because),
      goneLimits.waitSeconds,
      goneLimits.longestWaitSeconds,
    ],
  );
  return rows;
}

/** Those whose time has come, the longest due first. */
export async function dueGone(database: Database, limit: number): Promise<Gone[]> {
  const { rows } = await database.query<Gone>(
    'SELECT stream, because FROM gone_workflows WHERE restarted_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT $1',
    [limit],
  );
  return rows;
}

/** It was gone, and was started anew by whoever had need of it. */
export async function noteStartedAnew(database: Database, { stream, because }: Gone): Promise<void> {
  await database.query(
    `INSERT INTO gone_workflows AS g (stream, because, due_at, tries, restarted_at) VALUES ($1, $2, now(), 1, now())
     ON CONFLICT (stream) DO UPDATE SET because = excluded.because, tries = g.tries + 1, error = NULL, restarted_at = now()`,
    [stream, because],
  );
}

export async function noteRestarted(database: Database, stream: string): Promise<void> {
  await database.query(
    'UPDATE gone_workflows SET restarted_at = now(), tries = tries + 1, error = NULL WHERE stream = $1',
    [stream],
  );
}

/** It could not be started, for this reason, and is tried again later. */
export async function noteFailure(database: Database, stream: string, error: string): Promise<void> {
  await database.query(
    `UPDATE gone_workflows g SET tries = tries + 1, error = $2, due_at = now() + ${waiting} WHERE stream = $1`,
    [stream, error, goneLimits.waitSeconds, goneLimits.longestWaitSeconds],
  );
}

/** It runs, or has come to its end, without our doing. */
export async function forgetGone(database: Database, stream: string): Promise<void> {
  await database.query('DELETE FROM gone_workflows WHERE stream = $1', [stream]);
}

/** What was started anew long ago needs no telling. */
export async function forgetRestarted(database: Database): Promise<void> {
  await database.query('DELETE FROM gone_workflows WHERE restarted_at < now() - make_interval(secs => $1)', [
    goneLimits.toldSeconds,
  ]);
}
