import { Client } from 'pg';
import {
  append,
  CommitFeed,
  HighWaterMark,
  lastPosition,
  type RecordedEvent,
  readAll,
  subscribe,
} from '../../src/store';
import { endConnections, newEvent, type OpenStore, oneTo, openStore } from '../support/event-store';
import { eventually } from '../support/eventually';

describe('a subscription', () => {
  let store: OpenStore;
  let feed: CommitFeed;
  let mark: HighWaterMark;
  const errors: Error[] = [];
  const ending = new AbortController();
  const following: Promise<void>[] = [];
  beforeAll(async () => {
    store = await openStore();
    const onError = (error: Error) => errors.push(error);
    feed = new CommitFeed(store.url, onError);
    mark = new HighWaterMark(store.database, feed, onError);
    feed.start();
    mark.start();
  });
  afterAll(async () => {
    ending.abort();
    await Promise.all(following);
    await mark.stop();
    await feed.stop();
    await store.close();
  });

  const add = (stream: string, ...types: string[]) =>
    append(store.database, [{ stream, expected: 'any', events: types.map((type) => ({ ...newEvent(), type })) }]);

  /** What a subscriber was handed, which fails when it is told to. */
  function follow(types?: readonly string[]) {
    const subscriber = {
      got: [] as RecordedEvent[],
      batches: 0,
      failures: 0,
      told: [] as Error[],
      signal: new AbortController(),
    };
    let position = 0;
    const done = subscribe({
      mark,
      read: (range) => readAll(store.database, { ...range, types }),
      from: async () => position,
      handle: async ({ after, upTo, events }) => {
        expect(after).toBe(position);
        if (subscriber.failures > 0) {
          subscriber.failures -= 1;
          throw new Error('the subscriber failed');
        }
        subscriber.got.push(...events);
        subscriber.batches += 1;
        position = upTo;
      },
      signal: AbortSignal.any([ending.signal, subscriber.signal.signal]),
      onError: (error) => subscriber.told.push(error),
    });
    following.push(done);
    return Object.assign(subscriber, { at: () => position });
  }
  const stored = async () => {
    const { rows } = await store.database.query<{ position: number }>(
      'SELECT position::float8 FROM events ORDER BY position',
    );
    return rows.map(({ position }) => position);
  };
  const caughtUp = async (subscriber: { at(): number }) => {
    const last = await lastPosition(store.database);
    await eventually(() => subscriber.at() >= last);
  };

  it('hands over old events and new ones, each once and in order', async () => {
    for (const nth of oneTo(5)) await add(`old-${nth}`, 'A', 'B');
    const subscriber = follow();
    await caughtUp(subscriber);
    await Promise.all(oneTo(60).map((nth) => add(`new-${nth % 7}`, 'A')));
    await caughtUp(subscriber);
    expect(subscriber.got.map(({ position }) => position)).toEqual(await stored());
    subscriber.signal.abort();
  });

  it('hands over the wanted types only, and moves on past the others', async () => {
    const subscriber = follow(['Wanted']);
    await add('mixed', 'A', 'Wanted', 'A', 'Wanted');
    await add('mixed', 'A');
    await caughtUp(subscriber);
    expect(subscriber.got.map(({ type }) => type)).toEqual(['Wanted', 'Wanted']);
    subscriber.signal.abort();
  });

  it('hands over an append that took its position first and was committed last, before those that overtook it', async () => {
    const subscriber = follow(['Slow', 'Fast']);
    await caughtUp(subscriber);
    const client = new Client({ connectionString: store.url });
    await client.connect();
    await client.query('BEGIN');
    await append(client, [{ stream: 'slow', expected: 'none', events: [{ ...newEvent(), type: 'Slow' }] }]);
    for (const nth of oneTo(10)) await add(`fast-${nth}`, 'Fast');
    const overtaken = await lastPosition(store.database);
    await eventually(() => mark.position < overtaken && subscriber.at() === mark.position);
    expect(subscriber.got).toEqual([]);
    await client.query('COMMIT');
    await client.end();
    await caughtUp(subscriber);
    expect(subscriber.got.map(({ type }) => type)).toEqual(['Slow', ...oneTo(10).map(() => 'Fast')]);
    subscriber.signal.abort();
  });

  it('is handed a batch again that it failed on', async () => {
    const subscriber = follow(['Again']);
    await caughtUp(subscriber);
    subscriber.failures = 2;
    await add('again', 'Again');
    await caughtUp(subscriber);
    expect(subscriber.got).toHaveLength(1);
    expect(subscriber.told.map(({ message }) => message)).toEqual(['the subscriber failed', 'the subscriber failed']);
    subscriber.signal.abort();
  });

  it('misses nothing when all connections break again and again', async () => {
    const subscriber = follow(['Rough']);
    await caughtUp(subscriber);
    for (const nth of oneTo(10)) {
      await endConnections(store.url);
      await eventually(() => add(`rough-${nth}`, 'Rough'));
    }
    await caughtUp(subscriber);
    const numbers = subscriber.got.map(({ stream }) => stream);
    expect([...new Set(numbers)]).toEqual(oneTo(10).map((nth) => `rough-${nth}`));
    expect(numbers).toHaveLength(10);
    subscriber.signal.abort();
  });

  it('looks by itself where no word of a commit comes', async () => {
    await feed.stop();
    const subscriber = follow(['Silent']);
    await caughtUp(subscriber);
    await add('silent', 'Silent');
    await caughtUp(subscriber);
    expect(subscriber.got).toHaveLength(1);
    subscriber.signal.abort();
  });
});
