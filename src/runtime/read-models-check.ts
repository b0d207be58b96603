import type { Pool as Database } from 'pg';
import type { ExtraCheck } from '../audit';
import { inlineVerifications, isPoison, projections, type Verified, verify } from '../projections';

/**
 * DESIGN 8, rule 4: rebuilt projections equal live ones. Each is built anew in a snapshot and compared row by row.
 * @param signal ends the check within a batch of events, and makes it throw
 */
export function readModelsCheck(database: Database, signal?: AbortSignal): ExtraCheck {
  const untilStopped = () => signal?.throwIfAborted();
  return {
    id: 'read-models',
    number: 4,
    name: 'read models are as a rebuild makes them',
    async check() {
      const verified: Verified[] = [];
      for (const [name, verifyInline] of inlineVerifications) {
        verified.push(await orImpossible(name, () => verifyInline(database)));
      }
      for (const projection of projections) {
        verified.push(await orImpossible(projection.name, () => verify(database, projection, untilStopped)));
      }
      const sum = (value: (each: Verified) => number) => verified.reduce((total, each) => total + value(each), 0);
      return {
        counted: { 'read models': verified.length, rows: sum(({ rows }) => rows) },
        breaches: sum(({ differing }) => differing),
        sentences: verified.flatMap(({ name, shown }) => shown.map((row) => `${name}: ${row}`)),
      };
    },
  };
}

/** Events of which no read model can be made are a breach as well; a database that is away is not. */
async function orImpossible(name: string, verifying: () => Promise<Verified>): Promise<Verified> {
  try {
    return await verifying();
  } catch (error) {
    if (!isPoison(error)) throw error;
    const because = error instanceof Error ? error.message : String(error);
    return { name, position: 0, rows: 0, differing: 1, shown: [`cannot be made from its events: ${because}`] };
  }
}
