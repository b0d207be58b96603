import { append, readStream, WrongExpectedVersion } from '../../src/store';
import { newEvent, newEvents, type OpenStore, openStore, versionsIn } from '../support/event-store';

describe('appending', () => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store.close());

  const written = (stream: string) => versionsIn(store.database, stream);
  const appended = (stream: string, expected: number | 'none' | 'exists' | 'any', count = 1) =>
    append(store.database, [{ stream, expected, events: newEvents(count) }]);
  const streamRow = async (stream: string) =>
    (await store.database.query('SELECT version::integer FROM streams WHERE stream = $1', [stream])).rows;

  it('stores what it was given, and says when', async () => {
    const event = newEvent({ price: { amount: 5000, currency: 'EUR' }, title: 'Motörhead 🤘', list: [1, null, 'x'] });
    const before = Date.now();
    const [head] = await append(store.database, [{ stream: 'whole', expected: 'none', events: [event] }]);
    const [stored] = await readStream(store.database, 'whole');
    expect(stored).toEqual({
      ...event,
      stream: 'whole',
      version: 1,
      position: head?.position,
      created: expect.any(Date),
    });
    expect(Math.abs((stored?.created.getTime() ?? 0) - before)).toBeLessThan(60_000);
    expect(head).toMatchObject({ stream: 'whole', version: 1 });
  });

  it.each([0, 'none'] as const)('with %p expected begins a stream, once', async (expected) => {
    const stream = `begins-${expected}`;
    await appended(stream, expected, 3);
    await expect(appended(stream, expected)).rejects.toMatchObject({ name: 'WrongExpectedVersion', stream, actual: 3 });
    expect(await written(stream)).toEqual([1, 2, 3]);
  });

  it('with an exact version expected goes on from there only', async () => {
    await appended('exact', 'none', 2);
    expect(await appended('exact', 2, 2)).toMatchObject([{ version: 4 }]);
    for (const wrong of [0, 1, 2, 3, 5]) {
      const refused = { name: 'WrongExpectedVersion', stream: 'exact', expected: wrong, actual: 4 };
      await expect(appended('exact', wrong)).rejects.toMatchObject(refused);
    }
    expect(await written('exact')).toEqual([1, 2, 3, 4]);
  });

  it('with an exact version expected of a missing stream leaves no stream behind', async () => {
    await expect(appended('ahead', 1)).rejects.toMatchObject({ expected: 1, actual: 0 });
    expect(await streamRow('ahead')).toEqual([]);
  });

  it('with "exists" expected goes on wherever the stream stands, and leaves no missing stream behind', async () => {
    const refused = { name: 'WrongExpectedVersion', stream: 'exists', expected: 'exists', actual: 0 };
    await expect(appended('exists', 'exists')).rejects.toMatchObject(refused);
    expect(await streamRow('exists')).toEqual([]);
    await appended('exists', 'none');
    expect(await appended('exists', 'exists', 2)).toMatchObject([{ version: 3 }]);
  });

  it('with "any" expected begins a stream or goes on', async () => {
    expect(await appended('any', 'any', 2)).toMatchObject([{ version: 2 }]);
    expect(await appended('any', 'any')).toMatchObject([{ version: 3 }]);
  });

  it('to several streams: all of them, each in its own order', async () => {
    const heads = await append(store.database, [
      { stream: 'several-b', expected: 'none', events: newEvents(2) },
      { stream: 'several-a', expected: 'any', events: newEvents(1) },
    ]);
    expect(heads.map(({ stream, version }) => [stream, version]).sort()).toEqual([
      ['several-a', 1],
      ['several-b', 2],
    ]);
  });

  it('to several streams: none of them where one conflicts', async () => {
    await appended('whole-b', 'none');
    const failed = append(store.database, [
      { stream: 'whole-a', expected: 'none', events: newEvents(2) },
      { stream: 'whole-b', expected: 'none', events: newEvents(1) },
      { stream: 'whole-c', expected: 'any', events: newEvents(1) },
    ]);
    await expect(failed).rejects.toThrow(WrongExpectedVersion);
    await expect(failed).rejects.toMatchObject({ stream: 'whole-b', actual: 1 });
    expect(await Promise.all(['whole-a', 'whole-b', 'whole-c'].map(written))).toEqual([[], [1], []]);
    expect(await streamRow('whole-a')).toEqual([]);
  });

  it('names only what it expects of a stream, where it brings no events for it', async () => {
    await appended('watched', 'none');
    const beside = (expected: number) =>
      append(store.database, [
        { stream: 'beside', expected: 'any', events: newEvents(1) },
        { stream: 'watched', expected, events: [] },
      ]);
    await expect(beside(2)).rejects.toMatchObject({ stream: 'watched', actual: 1 });
    await beside(1);
    expect(await Promise.all(['beside', 'watched'].map(written))).toEqual([[1], [1]]);
  });
});
