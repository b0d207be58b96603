import type { ClientBase, Pool } from 'pg';
import type { Finding } from './rule';

/** What an audit found, and where the next one goes on. */
export interface Audited {
  readonly scope: 'changes' | 'whole';
  /** The streams looked at; none where it was everything. */
  readonly listed: readonly string[];
  readonly findings: readonly Finding[];
  /** Streams to look at again next time. */
  readonly again: readonly string[];
  /** All up to it is audited. */
  readonly position: number;
  readonly behind: boolean;
}

/** All of it, or nothing. */
export async function keepResult(
  connection: ClientBase,
  { scope, listed, findings, again, position }: Audited,
  { nextInSeconds, wholeInSeconds }: { nextInSeconds: number; wholeInSeconds: number },
): Promise<void> {
  const whole = scope === 'whole';
  await connection.query('BEGIN');
  try {
    await connection.query('DELETE FROM audits WHERE rule <> ALL($1::text[])', [findings.map(({ id }) => id)]);
    await connection.query(
      `INSERT INTO audits (rule, breaches, counted, scope, at)
       SELECT rule, breaches, counted, $4, now() FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS f (rule, breaches, counted)
       ON CONFLICT (rule) DO UPDATE SET breaches = excluded.breaches, counted = excluded.counted, scope = excluded.scope, at = excluded.at`,
      [findings.map(({ id }) => id), findings.map(({ breaches }) => breaches), findings.map(lookedAt), scope],
    );
    await connection.query(
      'DELETE FROM audit_again WHERE ($1 OR stream = ANY($2::text[])) AND stream <> ALL($3::text[])',
      [whole, listed, again],
    );
    await connection.query(
      `INSERT INTO audit_again (stream, audited_at) SELECT stream, now() FROM unnest($1::text[]) AS a (stream)
       ON CONFLICT (stream) DO UPDATE SET audited_at = excluded.audited_at`,
      [again],
    );
    await connection.query(
      `UPDATE audit_progress SET position = greatest(position, $1), due_at = now() + make_interval(secs => $2), succeeded_at = now(),
         whole_due_at = CASE WHEN $3 THEN now() + make_interval(secs => $4) ELSE whole_due_at END,
         whole_succeeded_at = CASE WHEN $3 THEN now() ELSE whole_succeeded_at END`,
      [position, nextInSeconds, whole, wholeInSeconds],
    );
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

const lookedAt = ({ counted }: Finding): number => Object.values(counted)[0] ?? 0;

/** The last result of the standing audit. */
export interface LastAudit {
  readonly rules: readonly { readonly rule: string; readonly breaches: number; readonly counted: number }[];
  readonly succeededAt?: Date;
  readonly wholeSucceededAt?: Date;
}

export async function lastAudit(database: Pool): Promise<LastAudit> {
  const { rows: rules } = await database.query<LastAudit['rules'][number]>(
    'SELECT rule, breaches::float8, counted::float8 FROM audits ORDER BY rule',
  );
  const { rows } = await database.query<{ succeeded_at: Date | null; whole_succeeded_at: Date | null }>(
    'SELECT succeeded_at, whole_succeeded_at FROM audit_progress',
  );
  const { succeeded_at: succeededAt, whole_succeeded_at: wholeSucceededAt } = rows[0] ?? {};
  return { rules, ...(succeededAt ? { succeededAt } : {}), ...(wholeSucceededAt ? { wholeSucceededAt } : {}) };
}
