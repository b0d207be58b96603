import { v7 } from 'uuid';
import { connect } from '../../src/store';
import type { Measure } from '../measure';
import { bareInsert } from './bare-insert';
import { readThenAppend } from './read-then-append';
import type { ScenarioOptions } from './scenario';
import { seller } from './seller';
import { type Selling, sellBy } from './selling';
import { checkSold } from './sold';

const goal = { perSecond: 20_000, p99Milliseconds: 10, ofFloor: 0.5, ofReadThenAppend: 100 } as const;
const clients = 80;
/** Four times as many wait longer and fill the batches: what the pool takes at the most. */
const crowd = 320;
const writers = 16;
const warmUpSeconds = 2;

export interface HotPoolFigures {
  groupCommit: Selling;
  /** By more clients at once. */
  crowded: Selling;
  readThenAppend: Measure & { conflictsPerSuccess: number };
  /** A bare INSERT of the same rows, as many a statement as group commit had. */
  floor: { perSecond: number };
  /** To read-then-append. */
  ratio: number;
  ofFloor: number;
  goal: typeof goal;
}

/** One hot pool: the reserve command by group commit, beside read-then-append with expected version, and beside a bare INSERT of the same rows. */
export async function hotPool({
  databaseUrl,
  cleanup,
  seconds,
  say,
}: ScenarioOptions): Promise<{ figures: HotPoolFigures; lines: string[] }> {
  const database = connect(databaseUrl, () => undefined, { connections: writers });
  const { createPool } = seller(database);
  const newPool = async () => {
    const name = `bench-${v7()}`;
    await createPool(name);
    return name;
  };
  try {
    say(`one hot pool, group commit, ${clients} clients…`);
    const hot = await newPool();
    const groupCommit = await sellBy(1, cleanup, { databaseUrl, pools: [hot], clients, warmUpSeconds, seconds });
    await checkSold(database, [hot], groupCommit.reserved);
    say(`the same by ${crowd} clients…`);
    const rushed = await newPool();
    const crowded = await sellBy(1, cleanup, { databaseUrl, pools: [rushed], clients: crowd, warmUpSeconds, seconds });
    await checkSold(database, [rushed], crowded.reserved);
    say('the same rows by bare INSERTs…');
    const perSecond = await bareInsert(database, hot, Math.max(1, Math.round(groupCommit.commandsPerBatch)));
    say(`the same by read-then-append, ${writers} writers…`);
    const contested = await newPool();
    const { reserved, ...baseline } = await readThenAppend(database, { pool: contested, writers, seconds });
    await checkSold(database, [contested], reserved);
    const ratio = groupCommit.perSecond / baseline.perSecond;
    const ofFloor = groupCommit.perSecond / perSecond;
    const { p50, p99 } = groupCommit;
    const lines = [
      `one hot pool: ${groupCommit.perSecond.toFixed(0)} reservations/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (goal ${goal.perSecond}/s, p99 under ${goal.p99Milliseconds} ms)`,
      `  by ${crowd} clients instead of ${clients}: ${crowded.perSecond.toFixed(0)}/s, p50 ${crowded.p50.toFixed(1)} ms, p99 ${crowded.p99.toFixed(1)} ms`,
      `  bare INSERT of the same rows: ${perSecond.toFixed(0)}/s; ratio ${ofFloor.toFixed(2)} (goal ${goal.ofFloor})`,
      `  read-then-append by ${writers} writers: ${baseline.perSecond.toFixed(0)}/s, ${baseline.conflictsPerSuccess.toFixed(1)} conflicts per success; ratio ${ratio.toFixed(0)} (goal ${goal.ofReadThenAppend})`,
    ];
    return {
      figures: { groupCommit, crowded, readThenAppend: baseline, floor: { perSecond }, ratio, ofFloor, goal },
      lines,
    };
  } finally {
    await database.end();
  }
}
