import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { type LiveState, type LiveView, LiveViews, nothingSeen } from '../../api/live';
import { append, CommitFeed } from '../../src/store';
import { newEvents, type OpenStore, openStore } from '../support/event-store';
import { eventually } from '../support/eventually';
import { LiveClient } from '../support/live-client';

/** So long that nothing is told by it: what is told is told by word of a commit. */
const NEVER_MS = 600_000;

describe('a live view of several streams', () => {
  let store: OpenStore;
  let feed: CommitFeed;
  let live: LiveViews;
  let server: Server;
  let listener: LiveClient;
  let state: LiveState;
  let reads = 0;

  const view: LiveView = {
    event: 'cart',
    stream: (name) => `cart-${name}`,
    read: async () => {
      reads += 1;
      return state;
    },
  };
  const commit = (stream: string) =>
    append(store.database, [{ stream, expected: 'any' as const, events: newEvents(1) }]);
  const states = () => listener.events.map(({ id, data }) => [id, data]);
  const showing = (position: number, text: string, ...alsoChangedBy: string[]): LiveState => {
    return { position, json: JSON.stringify(text), alsoChangedBy };
  };

  beforeAll(async () => {
    store = await openStore();
    feed = new CommitFeed(store.url, () => undefined);
    feed.start();
    const limits = { pollMilliseconds: NEVER_MS };
    live = new LiveViews({ feed, registry: new Registry(), limits, onError: () => undefined });
    server = createServer((_request, response) => {
      live.follow(view, 'a', { first: state, seen: nothingSeen }, { sender: 'anybody', hasKey: true })(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    state = showing(10, 'begun', 'pool-a');
    listener = await LiveClient.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    // Once word of commits comes, the second commit is heard, and what is marked then is read.
    await eventually(async () => {
      const before = reads;
      await commit('cart-a');
      return eventually(() => reads > before, { within: 250 });
    });
  });
  afterAll(async () => {
    listener.close();
    live.stop();
    server.close();
    await feed.stop();
    await store.close();
  });

  /** Commits to the stream, and waits until the state that is there was read for it. */
  async function changes(stream: string, now: LiveState): Promise<void> {
    state = now;
    const before = reads;
    await commit(stream);
    await eventually(() => reads > before);
  }

  it('is told by a commit to any of them, and by none to others', async () => {
    await changes('pool-a', showing(11, 'sold', 'pool-a'));
    await listener.shows((text: string) => text === 'sold');
    await changes('cart-a', showing(12, 'added', 'pool-a', 'pool-b'));
    await listener.shows((text: string) => text === 'added');
    await changes('pool-b', showing(13, 'sold too', 'pool-b'));
    await listener.shows((text: string) => text === 'sold too');
    const before = reads;
    await commit('pool-a');
    await changes('pool-b', showing(14, 'sold out', 'pool-b'));
    await listener.shows((text: string) => text === 'sold out');
    expect(reads).toBe(before + 1);
  });

  it('tells a state that is another at the same position, or at a lower one, and none twice', async () => {
    await changes('cart-a', showing(14, 'another', 'pool-b'));
    await listener.shows((text: string) => text === 'another');
    await changes('cart-a', showing(9, 'removed'));
    await listener.shows((text: string) => text === 'removed');
    await changes('cart-a', showing(9, 'removed'));
    await changes('cart-a', showing(15, 'over'));
    await listener.shows((text: string) => text === 'over');
    expect(states().slice(-4)).toEqual([
      [14, 'sold out'],
      [14, 'another'],
      [14, 'removed'],
      [15, 'over'],
    ]);
  });

  it('tells its last state at a lower position too, and ends', async () => {
    await changes('cart-a', showing(20, 'much sold', 'pool-b'));
    await listener.shows((text: string) => text === 'much sold');
    state = { ...showing(17, 'checked out', 'pool-b'), isLast: true };
    await commit('cart-a');
    await eventually(() => listener.ended === 'whole');
    expect(states().at(-1)).toEqual([20, 'checked out']);
  });
});
