import type { Pool as Database } from 'pg';
import { z } from 'zod';

/** Where the watch goes on in what it looks at in turn: by kind the last stream; and when it last did, and looked for overdue purchases. */
export const lookedAt = z.object({
  purchases: z.string().default(''),
  pools: z.string().default(''),
  shows: z.string().default(''),
  inTurnAt: z.number().default(0),
  overdueAt: z.number().default(0),
});
export type LookedAt = z.infer<typeof lookedAt>;

export interface WatchTurn {
  /** Workflows that closed before this were looked at. */
  closedAfter: Date;
  lookedAt: LookedAt;
}

/**
 * Takes the turn to watch, for all processes, until it is handed on or its time is over: a process that stands still keeps nobody
 * from watching. Undefined where it is not due, or another process has it.
 */
export async function takeTurn(database: Database, seconds: number): Promise<WatchTurn | undefined> {
  await database.query('INSERT INTO watch_progress (one) VALUES (true) ON CONFLICT DO NOTHING');
  const { rows } = await database.query<{ closed_after: Date | number; looked_at: unknown }>(
    `UPDATE watch_progress SET due_at = now() + make_interval(secs => $1) WHERE due_at <= now()
     RETURNING greatest(closed_after, 'epoch') AS closed_after, looked_at`,
    [seconds],
  );
  const [row] = rows;
  return row && { closedAfter: new Date(row.closed_after), lookedAt: lookedAt.parse(row.looked_at) };
}

/** Hands the turn on. */
export async function endTurn(database: Database, turn: WatchTurn, nextInMilliseconds: number): Promise<void> {
  await database.query(
    'UPDATE watch_progress SET due_at = now() + make_interval(secs => $1), closed_after = $2, looked_at = $3',
    [nextInMilliseconds / 1_000, turn.closedAfter, JSON.stringify(turn.lookedAt)],
  );
}
