import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { append, type ExpectedVersion, type StreamHead } from '../../src/store';
import { newEvents, type OpenStore, oneTo, openStore, versionsIn } from '../support/event-store';
import { atStartingLine, type Runners } from '../support/starting-line';

const WRITERS = 20;
const ROUNDS = 5;

/** Each writer has a connection of its own, and all are let through at the same moment. */
describe('expected versions, by many at once', () => {
  let store: OpenStore;
  let runners: Runners;
  beforeAll(async () => {
    store = await openStore();
    runners = await atStartingLine(store.url, WRITERS);
  });
  afterAll(async () => {
    await runners.close();
    await store.close();
  });

  const appending = (database: Pool, stream: string, expected: ExpectedVersion, count = 2) =>
    append(database, [{ stream, expected, events: newEvents(count) }]);
  const race = async (run: (database: Pool, nth: number) => Promise<StreamHead[]>) => {
    const settled = await runners.race(run);
    const won = settled.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    const refused = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    return { won, refused };
  };
  const written = (stream: string) => versionsIn(store.database, stream);
  const rounds = oneTo(ROUNDS);

  it.each(['none', 0] as const)('%p: one begins the stream, the others learn how far it is', async (expected) => {
    for (const _ of rounds) {
      const stream = `begun-${randomUUID()}`;
      const { won, refused } = await race((database) => appending(database, stream, expected));
      expect(won).toMatchObject([{ stream, version: 2 }]);
      expect(refused).toHaveLength(WRITERS - 1);
      for (const each of refused) {
        expect(each).toMatchObject({ name: 'WrongExpectedVersion', stream, expected: 0, actual: 2 });
      }
      expect(await written(stream)).toEqual(oneTo(2));
    }
  });

  it('a number: one goes on from there, the others learn how far it is', async () => {
    const stream = `exact-${randomUUID()}`;
    await appending(store.database, stream, 'none', 5);
    for (const round of rounds) {
      const before = 3 + 2 * round;
      const { won, refused } = await race((database) => appending(database, stream, before));
      expect(won).toMatchObject([{ version: before + 2 }]);
      expect(refused).toHaveLength(WRITERS - 1);
      for (const each of refused) {
        expect(each).toMatchObject({ name: 'WrongExpectedVersion', stream, expected: before, actual: before + 2 });
      }
    }
    expect(await written(stream)).toEqual(oneTo(5 + 2 * ROUNDS));
  });

  it('different numbers: those that come true one after the other win, each exactly once', async () => {
    const stream = `chain-${randomUUID()}`;
    await appending(store.database, stream, 'none', 1);
    const { won, refused } = await race((database, nth) => appending(database, stream, 1 + (nth % 4), 1));
    // Whoever expected version 1 came first; who expected more came in time or too early, and never twice.
    expect(won.map(({ version }) => version).sort()).toEqual(oneTo(1 + won.length).slice(1));
    for (const each of refused) {
      expect(each).toMatchObject({ name: 'WrongExpectedVersion', stream });
      expect(each.actual).not.toBe(each.expected);
    }
    expect(await written(stream)).toEqual(oneTo(1 + won.length));
  });

  it('"any": all win, one after the other, also those that begin the stream', async () => {
    for (const _ of rounds) {
      const stream = `any-${randomUUID()}`;
      const { won, refused } = await race((database) => appending(database, stream, 'any', 3));
      expect(refused).toEqual([]);
      const versions = won.map(({ version }) => version).sort((one, other) => one - other);
      expect(versions).toEqual(oneTo(WRITERS).map((nth) => 3 * nth));
      expect(await written(stream)).toEqual(oneTo(3 * WRITERS));
    }
  });

  it('"exists", while another begins the stream: who comes after it wins, who came before is refused', async () => {
    for (const _ of rounds) {
      const stream = `born-${randomUUID()}`;
      const { won, refused } = await race((database, nth) =>
        appending(database, stream, nth === 7 ? 'none' : 'exists'),
      );
      const versions = won.map(({ version }) => version).sort((one, other) => one - other);
      expect(versions).toEqual(oneTo(won.length).map((nth) => 2 * nth));
      expect(won.length + refused.length).toBe(WRITERS);
      for (const each of refused) expect(each).toMatchObject({ stream, expected: 'exists', actual: 0 });
      expect(await written(stream)).toEqual(oneTo(2 * won.length));
    }
  });

  it('"exists" of no stream: all are refused, and there is still none', async () => {
    const { won, refused } = await race((database) => appending(database, 'unborn', 'exists'));
    expect(won).toEqual([]);
    for (const each of refused) expect(each).toMatchObject({ stream: 'unborn', expected: 'exists', actual: 0 });
    expect(await store.database.query("SELECT 1 FROM streams WHERE stream = 'unborn'")).toMatchObject({ rowCount: 0 });
  });

  it('of two streams in opposite orders: one gets both, the others leave no trace in either', async () => {
    for (const _ of rounds) {
      const [left, right] = [`left-${randomUUID()}`, `right-${randomUUID()}`];
      const own = (nth: number) => `own-${nth}-${left}`;
      const { won, refused } = await race((database, nth) => {
        const both = [left, right].map((stream) => ({ stream, expected: 'none' as const, events: newEvents(2) }));
        const third = { stream: own(nth), expected: 'any' as const, events: newEvents(1) };
        return append(database, [third, ...(nth % 2 === 0 ? both : both.reverse())]);
      });
      expect(won.map(({ version }) => version).sort()).toEqual([1, 2, 2]);
      expect(refused).toHaveLength(WRITERS - 1);
      expect(await Promise.all([left, right].map(written))).toEqual([oneTo(2), oneTo(2)]);
      const { rows } = await store.database.query('SELECT stream FROM streams WHERE stream LIKE $1', [`own-%-${left}`]);
      expect(rows).toHaveLength(1);
    }
  });
});
