import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evolvePool, type Pool, poolCodec, poolReducer, writePool } from '../../src/domain';
import histories from './pool-reducer/histories.json';

const folder = join(__dirname, 'pool-reducer');
const file = join(folder, `states-of-reducer-${poolReducer}.json`);

/** The state after every event of every history, as snapshots hold it; claims by purchase. */
function states(): unknown[][] {
  return histories.map((history) => {
    let pool: Pool | undefined;
    return history.map((stored) => {
      pool = evolvePool(pool, poolCodec.decode(stored));
      const { claims, ...rest } = JSON.parse([...writePool(pool)].join(''));
      return { ...rest, claims: Object.fromEntries(claims.map(([id, ...tickets]: [string]) => [id, tickets])) };
    });
  });
}

describe('the reducer of pools', () => {
  it('has frozen histories with every type of event', () => {
    expect(new Set(histories.flat().map(({ type }) => type))).toEqual(new Set(poolCodec.types));
  });

  it('makes the frozen states of its version of them', () => {
    if (!existsSync(file)) {
      writeFileSync(file, `${JSON.stringify(states(), null, 2)}\n`);
      throw new Error(`the states of reducer ${poolReducer} are frozen now: look through ${file} and commit it`);
    }
    const frozen = JSON.parse(readFileSync(file, 'utf8'));
    try {
      expect(states()).toEqual(frozen);
    } catch (cause) {
      throw new Error(
        `reducer ${poolReducer} made other states, so stored snapshots must not be believed any more: raise poolReducer ` +
          'in src/domain/pool-snapshot.ts, run this test once, and commit the file it freezes',
        { cause },
      );
    }
  });
});
