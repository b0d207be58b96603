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

  /** Of each append: the ids of all its events, and whether it was acknowledged. */
  const appended: { ids: string[]; acknowledged: boolean }[] = [];

  it(`leave every stream numbered 1 to n, in the order of positions, and wait for nobody in a circle (seed ${testSeed()})`, async () => {
    let run = 0;
    await assert(
      asyncProperty(load, async (appends) => {
        run += 1;
        await Promise.all(
          appends.map(async ({ named, count, expected }) => {
            const all = named.map((stream) => ({ stream: `${run}-${stream}`, expected, events: newEvents(count) }));
            const ids = all.flatMap(({ events }) => events.map(({ id }) => id));
            try {
              const heads = await append(store.database, all);
              expect(heads).toHaveLength(named.length);
              appended.push({ ids, acknowledged: true });
            } catch (error) {
              expect(error).toBeInstanceOf(WrongExpectedVersion);
              appended.push({ ids, acknowledged: false });
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
  });

  it('leave all events of an append in all its streams, or none in any', async () => {
    const { rows } = await store.database.query<{ event_id: string }>('SELECT event_id FROM events');
    const stored = new Set(rows.map(({ event_id }) => event_id));
    for (const { ids, acknowledged } of appended) {
      expect(ids.filter((id) => stored.has(id))).toEqual(acknowledged ? ids : []);
    }
    const kinds = new Set(appended.map(({ acknowledged }) => acknowledged));
    expect(kinds).toEqual(new Set([true, false]));
    expect(stored.size).toBe(appended.reduce((total, each) => total + (each.acknowledged ? each.ids.length : 0), 0));
  });
});
