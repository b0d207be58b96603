import { array, assert, asyncProperty, constantFrom, integer, record, uniqueArray } from 'fast-check';
import { append, type ExpectedVersion, WrongExpectedVersion } from '../../src/store';
import { newEvents, type OpenStore, oneTo, openStore } from '../support/event-store';
import { testSeed } from '../support/random';

const streams = ['a', 'b', 'c', 'd', 'B', 'Ä'];
const load = array(
  record({
    named: uniqueArray(constantFrom(...streams), { minLength: 1, maxLength: 4 }),
    count: integer({ min: 1, max: 5 }),
    expected: constantFrom<ExpectedVersion[]>('any', 'any', 'exists', 'none', 7),
  }),
  { minLength: 40, maxLength: 80 },
);

describe('many appends at once', () => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store.close());

  it(`leave every stream numbered 1 to n, in the order of positions, and wait for nobody in a circle (seed ${testSeed()})`, async () => {
    let run = 0;
    let acknowledged = 0;
    await assert(
      asyncProperty(load, async (appends) => {
        run += 1;
        await Promise.all(
          appends.map(async ({ named, count, expected }) => {
            const events = () => newEvents(count);
            const all = named.map((stream) => ({ stream: `${run}-${stream}`, expected, events: events() }));
            try {
              const heads = await append(store.database, all);
              acknowledged += count * named.length;
              expect(heads).toHaveLength(named.length);
            } catch (error) {
              expect(error).toBeInstanceOf(WrongExpectedVersion);
            }
          }),
        );
      }),
      { seed: testSeed(), numRuns: 10 },
    );
    const { rows } = await store.database.query<{ stream: string; versions: number[]; version: number }>(
      `SELECT stream, array_agg(e.version::integer ORDER BY e.position) AS versions, s.version::integer AS version
       FROM events e FULL JOIN streams s USING (stream) GROUP BY stream, s.version`,
    );
    for (const { versions, version } of rows) expect(versions).toEqual(oneTo(version));
    expect(rows.reduce((total, { version }) => total + version, 0)).toBe(acknowledged);
  });
});
