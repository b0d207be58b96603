import { append, EventIdReused } from '../../src/store';
import { newEvent, newEvents, type OpenStore, openStore, versionsIn } from '../support/event-store';

describe('an append whose answer was lost', () => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store.close());

  it.each(['none', 'any', 'exists', 2] as const)('is found again by its ids, with %p expected', async (expected) => {
    const stream = `again-${expected}`;
    if (expected !== 'none') await append(store.database, [{ stream, expected: 'none', events: newEvents(2) }]);
    const appends = [{ stream, expected, events: newEvents(2) }];
    const first = await append(store.database, appends);
    await append(store.database, [{ stream, expected: 'any', events: newEvents(3) }]);
    const versions = await versionsIn(store.database, stream);
    expect(await append(store.database, appends)).toEqual(first);
    expect(await versionsIn(store.database, stream)).toEqual(versions);
  });

  it('is found again over several streams', async () => {
    const appends = ['left', 'right'].map((stream) => ({ stream, expected: 'none' as const, events: newEvents(2) }));
    const byName = (one: { stream: string }, other: { stream: string }) => (one.stream < other.stream ? -1 : 1);
    const first = await append(store.database, appends);
    expect((await append(store.database, appends)).sort(byName)).toEqual(first.sort(byName));
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
