import type { ClientBase, QueryResultRow } from 'pg';

/** Asks one question within a snapshot. */
export type Ask = <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** An audit took longer than it may. */
export class AuditTooLong extends Error {
  override readonly name = 'AuditTooLong';
  constructor(milliseconds: number) {
    super(`the audit was given up after ${milliseconds} ms`);
  }
}

const statementCancelled = '57014';

/**
 * One moment for all tables, read only, while the boxoffice goes on.
 * Throws AuditTooLong after so many milliseconds.
 */
export async function inSnapshot<Result>(
  connection: ClientBase,
  withinMilliseconds: number,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const deadline = performance.now() + withinMilliseconds;
  const ask: Ask = async (text, values = []) => {
    const left = Math.ceil(deadline - performance.now());
    if (left <= 0) throw new AuditTooLong(withinMilliseconds);
    await connection.query(`SELECT set_config('statement_timeout', $1, true)`, [String(left)]);
    return (await connection.query(text, [...values])).rows;
  };
  await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    // One processor of the server at the most, and no compiling: selling goes first.
    await connection.query(`SELECT set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true),
      set_config('work_mem', '64MB', true)`);
    const result = await work(ask);
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    const cancelled = error instanceof Error && 'code' in error && error.code === statementCancelled;
    throw cancelled ? new AuditTooLong(withinMilliseconds) : error;
  }
}
