import { setTimeout as delay } from 'node:timers/promises';
import { append, type EventRange } from '../../src/store';
import { SharedReading, sharedReadingLimits } from '../../src/store/shared-reading';
import { newEvent, type OpenStore, oneTo, openStore } from '../support/event-store';

describe('new events that several read', () => {
  let store: OpenStore;
  let reading: SharedReading;
  let asked: jest.SpiedFunction<OpenStore['database']['query']>;
  beforeEach(async () => {
    store = await openStore();
    await append(store.database, [
      { stream: 'mixed', expected: 'none', events: ['A', 'B', 'C', 'A'].map((type) => ({ ...newEvent(), type })) },
    ]);
    reading = new SharedReading(store.database);
    asked = jest.spyOn(store.database, 'query');
  });
  afterEach(() => store.close());

  const positions = async (range: EventRange) => (await reading.read(range)).map(({ position }) => position);
  const queries = () => asked.mock.calls.length;

  it('are read once, and each is given the types it wants and those that nobody knows', async () => {
    const all = await Promise.all([
      positions({ after: 0, upTo: 4 }),
      positions({ after: 0, upTo: 4, types: ['A'] }),
      positions({ after: 0, upTo: 4, types: ['A'], known: ['A', 'B'] }),
    ]);
    expect(all).toEqual([
      [1, 2, 3, 4],
      [1, 4],
      [1, 3, 4],
    ]);
    expect(queries()).toBe(1);
  });

  it('are given from where each stands up to where each wants to go', async () => {
    await positions({ after: 0, upTo: 4 });
    expect(await positions({ after: 2, upTo: 3 })).toEqual([3]);
    expect(queries()).toBe(1);
  });

  it('are read again by who goes further', async () => {
    expect(await positions({ after: 0, upTo: 3 })).toEqual([1, 2, 3]);
    expect(await positions({ after: 0, upTo: 4 })).toEqual([1, 2, 3, 4]);
    expect(queries()).toBe(2);
  });

  it('are read again after a while, as a store that was restored has others', async () => {
    await positions({ after: 0, upTo: 4 });
    await delay(sharedReadingLimits.milliseconds + 1);
    expect(await positions({ after: 0, upTo: 4 })).toEqual([1, 2, 3, 4]);
    expect(queries()).toBe(2);
  });

  it('are read again where they could not be read', async () => {
    asked.mockImplementationOnce(() => Promise.reject(new Error('no answer')) as never);
    await expect(reading.read({ after: 0, upTo: 4 })).rejects.toThrow('no answer');
    expect(await positions({ after: 0, upTo: 4 })).toEqual([1, 2, 3, 4]);
  });

  it('are read alone by who is far behind', async () => {
    const upTo = sharedReadingLimits.window + 1;
    await positions({ after: 0, upTo });
    await Promise.all(oneTo(2).map(() => positions({ after: 0, upTo })));
    expect(queries()).toBe(3);
  });
});
