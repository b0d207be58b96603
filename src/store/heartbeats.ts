import type { Pool } from 'pg';

export const heartbeatLimits = {
  /** From one heartbeat of a worker to its next. */
  everyMilliseconds: 2_000,
  /** A worker that was silent for so long counts as away. */
  missedSeconds: 10,
  /** One that never came back is forgotten. */
  forgottenSeconds: 3_600,
} as const;

/** A worker says that it works, and whether it can be given work: its process runs, and Temporal answers it. */
export async function beat(database: Pool, worker: string, polls: boolean): Promise<void> {
  await database.query({
    name: 'beat',
    text: `WITH forgotten AS (DELETE FROM worker_heartbeats WHERE seen_at < now() - make_interval(secs => $3))
           INSERT INTO worker_heartbeats (worker, polls) VALUES ($1, $2)
           ON CONFLICT (worker) DO UPDATE SET seen_at = now(), polls = excluded.polls`,
    values: [worker, polls, heartbeatLimits.forgottenSeconds],
  });
}

/** A worker that stops in order says so. */
export async function endBeating(database: Pool, worker: string): Promise<void> {
  await database.query('DELETE FROM worker_heartbeats WHERE worker = $1', [worker]);
}

/** Workers that were heard of lately, and those among them that poll. */
export async function workersHeard(database: Pool): Promise<{ heard: number; polling: number }> {
  const { rows } = await database.query<{ heard: number; polling: number }>({
    name: 'workers-heard',
    text: `SELECT count(*)::integer AS heard, (count(*) FILTER (WHERE polls))::integer AS polling
           FROM worker_heartbeats WHERE seen_at > now() - make_interval(secs => $1)`,
    values: [heartbeatLimits.missedSeconds],
  });
  return rows[0] ?? { heard: 0, polling: 0 };
}

/** Fails where the database cannot write: SQLSTATE 53100 where its disk is full. */
export async function probeWriting(database: Pool): Promise<void> {
  await database.query('SELECT probe_writing()');
}
