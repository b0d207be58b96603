import { Client } from 'pg';
import { append, connect, EventIdReused, StoreUnavailable, type StreamAppend } from '../../src/store';
import { newEvent, newEvents, type OpenStore, openStore, versionsIn } from '../support/event-store';
import { eventually } from '../support/eventually';
import { heldUp, holdStreams } from '../support/starting-line';
import { databaseThrough, TcpProxy } from '../support/tcp-proxy';

/** A client whose answers can be kept from it. */
async function distantClient({ url, database }: OpenStore) {
  const proxy = await TcpProxy.to(new URL(url).host);
  const distant = connect(databaseThrough(proxy, url), () => undefined, { connections: 1 });
  const starter = new Client({ connectionString: url });
  await starter.connect();
  return {
    distant,
    /** Appends so that the server commits it, and the connection breaks before its answer comes back. */
    async loseAnswer(appends: readonly StreamAppend[]): Promise<void> {
      const [{ id } = newEvent()] = appends.flatMap(({ events }) => events);
      await holdStreams(starter);
      const asked = append(distant, appends).catch((error: unknown) => error);
      try {
        await eventually(async () => (await heldUp(starter)) === 1);
        proxy.stall();
      } finally {
        await starter.query('COMMIT');
      }
      await eventually(async () => {
        const { rowCount } = await database.query('SELECT 1 FROM events WHERE event_id = $1', [id]);
        return rowCount === 1;
      });
      proxy.mend();
      expect(await asked).toBeInstanceOf(StoreUnavailable);
    },
    async close(): Promise<void> {
      await distant.end();
      await starter.end();
      await proxy.close();
    },
  };
}

describe('an append whose answer was lost', () => {
  let store: OpenStore;
  let client: Awaited<ReturnType<typeof distantClient>>;
  beforeAll(async () => {
    store = await openStore();
    client = await distantClient(store);
  });
  afterAll(async () => {
    await client.close();
    await store.close();
  });

  it.each(['none', 'any', 'exists', 2] as const)('gives its first result, with %p expected', async (expected) => {
    const stream = `lost-${expected}`;
    if (expected !== 'none') await append(store.database, [{ stream, expected: 'none', events: newEvents(2) }]);
    const before = expected === 'none' ? 0 : 2;
    const appends = [{ stream, expected, events: newEvents(2) }];
    await client.loseAnswer(appends);
    const first = await append(client.distant, appends);
    expect(first).toMatchObject([{ stream, version: before + 2 }]);
    await append(store.database, [{ stream, expected: 'any', events: newEvents(3) }]);
    expect(await append(client.distant, appends)).toEqual(first);
    expect(await versionsIn(store.database, stream)).toHaveLength(before + 5);
  });

  it('gives its first result over several streams, in the order that was asked for', async () => {
    const appends = ['right', 'left'].map((stream) => ({ stream, expected: 'none' as const, events: newEvents(2) }));
    await client.loseAnswer(appends);
    expect(await append(client.distant, appends)).toMatchObject([
      { stream: 'right', version: 2 },
      { stream: 'left', version: 2 },
    ]);
  });

  it('is not taken for another one that uses its ids', async () => {
    const events = [newEvent({ amount: 1 }), newEvent({ amount: 2 })] as const;
    const lost = [{ stream: 'other', expected: 'none' as const, events }];
    await client.loseAnswer(lost);
    const [first, second] = events;
    const again = (repeated: StreamAppend['events']) =>
      append(client.distant, [{ stream: 'other', expected: 'none', events: repeated }]);
    await expect(again([first, { ...second, data: { amount: 3 } }])).rejects.toMatchObject({
      name: 'EventIdReused',
      eventIds: [second.id],
    });
    const added = newEvent();
    await expect(again([first, added])).rejects.toMatchObject({ name: 'EventIdReused', eventIds: [added.id] });
    expect(await versionsIn(store.database, 'other')).toEqual([1, 2]);
    expect(await append(client.distant, lost)).toMatchObject([{ version: 2 }]);
  });

  it('is found again whatever the order of its keys', async () => {
    const { id } = newEvent();
    const first = await append(store.database, [
      { stream: 'keys', expected: 'none', events: [newEvent({ long: 1, b: { c: 2, a: [1] } }, id)] },
    ]);
    const again = [
      { stream: 'keys', expected: 'none' as const, events: [newEvent({ b: { a: [1], c: 2 }, long: 1 }, id)] },
    ];
    expect(await append(store.database, again)).toEqual(first);
  });

  it('is written once by all who try at the same time', async () => {
    const appends = [{ stream: 'together', expected: 'any' as const, events: newEvents(2) }];
    const results = await Promise.all(Array.from({ length: 10 }, () => append(store.database, appends)));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(await versionsIn(store.database, 'together')).toEqual([1, 2]);
  });
});

describe('event ids that are taken', () => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store.close());

  const reused = async (stream: string, again: ReturnType<typeof newEvent>[], expected: 'none' | 'any' = 'any') => {
    const before = await versionsIn(store.database, stream);
    const repeated = append(store.database, [{ stream, expected, events: again }]);
    await expect(repeated).rejects.toThrow(EventIdReused);
    expect(await versionsIn(store.database, stream)).toEqual(before);
    return repeated.catch(({ eventIds }: EventIdReused) => eventIds);
  };
  const stored = async (stream: string) => {
    const events = [newEvent({ amount: 1 }), newEvent({ amount: 2 })] as const;
    await append(store.database, [{ stream, expected: 'none', events }]);
    return events;
  };

  it('cannot be used for another payload', async () => {
    const [first, second] = await stored('payload');
    expect(await reused('payload', [first, { ...second, data: { amount: 3 } }])).toEqual([second.id]);
    expect(await reused('payload', [{ ...first, type: 'SomethingElse' }, second], 'none')).toEqual([first.id]);
  });

  it('cannot be used in another stream', async () => {
    const [first] = await stored('here');
    expect(await reused('elsewhere', [first])).toEqual([first.id]);
  });

  it('cannot be used together with new ones', async () => {
    const [first] = await stored('in-part');
    const added = newEvent();
    expect(await reused('in-part', [first, added])).toEqual([added.id]);
  });
});
