import { randomInt } from 'node:crypto';

/** The environment variable that repeats an earlier run's random tests. */
export const SEED_VARIABLE = 'TEST_SEED';

const SEED_LIMIT = 2 ** 31;

/** The seed of all random tests of this run: `TEST_SEED`, or a fresh one. test/run.ts prints it and hands it on. */
export function testSeed(): number {
  const given = process.env[SEED_VARIABLE];
  if (given === undefined || given === '') return randomInt(SEED_LIMIT);
  if (!/^\d{1,10}$/.test(given)) throw new Error(`${SEED_VARIABLE} must be a whole number, not "${given}"`);
  return Number(given);
}
