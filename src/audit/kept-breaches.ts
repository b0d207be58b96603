import type { ClientBase } from 'pg';
import type { Finding } from './rule';

/** Streams in breach of one rule that are kept by name. */
export const keptBreachesLimit = 100;

/**
 * Keeps which streams are in breach of which rule, and since when. What an audit of the changes finds but once stays until
 * everything is audited; a breach that is of no stream has an empty one.
 */
export async function keepBreaches(
  connection: ClientBase,
  findings: readonly Finding[],
  scope: 'changes' | 'whole',
): Promise<void> {
  const whole = scope === 'whole';
  const found = findings.flatMap(({ id, told }) => {
    const byStream = new Map(told.map(({ stream, sentence }) => [stream, sentence]));
    return [...byStream].slice(0, keptBreachesLimit).map(([stream, sentence]) => ({ rule: id, stream, sentence }));
  });
  const columns = [
    found.map(({ rule }) => rule),
    found.map(({ stream }) => stream),
    found.map(({ sentence }) => sentence),
  ];
  const lookedAt = findings.filter(({ foundOnce }) => whole || !foundOnce).map(({ id }) => id);
  await connection.query(
    `DELETE FROM audit_breaches WHERE ($3 OR rule = ANY($4::text[]))
       AND (rule, stream) NOT IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [...columns.slice(0, 2), whole, lookedAt],
  );
  await connection.query(
    `INSERT INTO audit_breaches (rule, stream, sentence) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT (rule, stream) DO UPDATE SET sentence = excluded.sentence`,
    columns,
  );
}
