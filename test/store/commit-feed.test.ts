import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { append, CommitFeed } from '../../src/store';
import { endConnections, newEvents, type OpenStore, oneTo, openStore } from '../support/event-store';
import { eventually } from '../support/eventually';

interface Waiter {
  woken: number;
  stop(): void;
}

describe('the commit feed', () => {
  let store: OpenStore;
  let feed: CommitFeed;
  const errors: Error[] = [];
  beforeAll(async () => {
    store = await openStore();
    feed = new CommitFeed(store.url, (error) => errors.push(error));
    feed.start();
    await listening();
  });
  afterAll(async () => {
    await feed.stop();
    await store.close();
  });

  const commit = (...streams: string[]) =>
    append(
      store.database,
      streams.map((stream) => ({ stream, expected: 'any' as const, events: newEvents(1) })),
    );
  /** Counts how often it was woken. */
  const waitFor = (stream: string) => {
    const waiter: Waiter = {
      woken: 0,
      stop: feed.onChange(stream, () => {
        waiter.woken += 1;
      }),
    };
    return waiter;
  };
  const listening = () =>
    eventually(async () => {
      const probe = waitFor('probe');
      await commit('probe');
      await commit('probe-2');
      return eventually(() => probe.woken > 0, { within: 250 }).finally(probe.stop);
    });

  it('wakes who waits for the stream, and nobody else', async () => {
    const [one, same, other] = [waitFor('a'), waitFor('a'), waitFor('b')];
    await commit('a');
    await eventually(() => one.woken === 1 && same.woken === 1);
    await commit('b');
    await eventually(() => other.woken === 1);
    expect([one.woken, same.woken]).toEqual([1, 1]);
    for (const each of [one, same, other]) each.stop();
  });

  it('wakes waiters of every stream of one commit, however many there are', async () => {
    const few = ['many-1', 'many-2'].map(waitFor);
    await commit('many-1', 'many-2');
    await eventually(() => few.every(({ woken }) => woken === 1));
    const names = oneTo(300).map((nth) => `many-${nth}-${'x'.repeat(30)}`);
    const all = names.map(waitFor);
    await commit(...names);
    await eventually(() => all.every(({ woken }) => woken > 0));
    for (const each of [...few, ...all]) each.stop();
  });

  it('does not wake who has stopped waiting', async () => {
    const [gone, there] = [waitFor('left'), waitFor('left')];
    gone.stop();
    gone.stop();
    await commit('left');
    await eventually(() => there.woken === 1);
    expect(gone.woken).toBe(0);
    there.stop();
  });

  it('does not tell of an append that was refused', async () => {
    const waiter = waitFor('refused');
    const refused = append(store.database, [{ stream: 'refused', expected: 7, events: newEvents(1) }]);
    await expect(refused).rejects.toMatchObject({ name: 'WrongExpectedVersion' });
    await commit('refused');
    await eventually(() => waiter.woken > 0);
    expect(waiter.woken).toBe(1);
    waiter.stop();
  });

  it('listens again when its connection was ended, and wakes everybody: a commit may have been missed', async () => {
    const waiters = [waitFor('missed'), waitFor('other')];
    expect(await endConnections(store.url, 'LISTEN')).toBe(1);
    await commit('missed');
    await eventually(() => waiters.every(({ woken }) => woken > 0));
    expect(errors.length).toBeGreaterThan(0);
    const later = waitFor('later');
    await commit('later');
    await eventually(() => later.woken === 1);
    for (const each of [...waiters, later]) each.stop();
  });

  it('stops, whether it listens or not, and wakes who still waits', async () => {
    const stopping = new CommitFeed(store.url, () => undefined);
    await stopping.stop();
    const started = new CommitFeed(store.url, () => undefined);
    started.start();
    const woken = jest.fn();
    started.onChange('a', woken);
    await eventually(() => woken.mock.calls.length > 0);
    woken.mockClear();
    await started.stop();
    expect(woken).toHaveBeenCalled();
  });

  it.each(['refuses', 'does not answer'])('stops while Postgres %s', async (how) => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    if (how === 'refuses') silent.close();
    const failures: Error[] = [];
    const lost = new CommitFeed(`postgres://nobody@127.0.0.1:${port}/none`, (error) => failures.push(error));
    lost.start();
    if (how === 'refuses') await eventually(() => failures.length > 1);
    else await once(silent, 'connection');
    await lost.stop();
    silent.close();
  });
});
