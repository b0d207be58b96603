import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { eventAhead, type LiveLimits, type LiveView, LiveViews, nothingSeen } from '../../api/live';
import { append, CommitFeed, readVersions } from '../../src/store';
import { newEvents, type OpenStore, openStore } from '../support/event-store';
import { eventually } from '../support/eventually';
import { LiveClient } from '../support/live-client';

const stream = 'counter';
/** Read for whoever begins to follow it, and never afterwards. */
const unreadable = 'unreadable';

interface SceneOptions extends Partial<LiveLimits> {
  text?: string;
  listens?: boolean;
  /** Before each state goes from which position to which it leads. */
  tellsAhead?: boolean;
  /** The count is over when there are so many events. */
  endsAt?: number;
}

/** A live view of how many events a stream has, with so much text beside it. */
class Scene {
  reads = 0;
  readonly registry = new Registry();
  private readonly feed: CommitFeed;
  private readonly live: LiveViews;
  private readonly server: Server;
  private readonly clients: LiveClient[] = [];
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly store: OpenStore,
    { text = '', listens = true, tellsAhead = false, endsAt = Number.POSITIVE_INFINITY, ...limits }: SceneOptions = {},
  ) {
    this.feed = new CommitFeed(store.url, () => undefined);
    if (listens) this.feed.start();
    const onError = () => undefined;
    this.live = new LiveViews({ feed: this.feed, registry: this.registry, limits, onError });
    const view: LiveView = {
      event: 'availability',
      stream: (name) => name,
      read: async (name) => {
        this.reads += 1;
        if (name === unreadable && this.reads > 1) throw new Error('cannot be read');
        const position = (await readVersions(store.database, [name])).get(name) ?? 0;
        const state = { position, json: JSON.stringify({ position, text }), isLast: position >= endsAt };
        const ahead = (from: number) => eventAhead('seats', JSON.stringify({ from, to: position }));
        return tellsAhead ? { ...state, ahead } : state;
      },
    };
    this.server = createServer(async ({ url }, response) => {
      const name = url === '/' ? stream : unreadable;
      const first = await view.read(name);
      if (!first) throw new Error('there is always a count');
      try {
        this.live.follow(view, name, { first, seen: nothingSeen }, { sender: 'anybody', hasKey: true })(response);
      } catch {
        response.writeHead(429).end();
      }
    });
  }

  async listen(): Promise<void> {
    this.server.on('connection', (socket) => this.sockets.add(socket));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async follow(count: number, path = '/'): Promise<LiveClient[]> {
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
    const opened = await Promise.all(Array.from({ length: count }, () => LiveClient.open(url)));
    this.clients.push(...opened);
    return opened;
  }

  /** So many requests at once on one connection, none of which waits for the answer to the one before. */
  async pipeline(count: number): Promise<Socket> {
    const socket = connect((this.server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n'.repeat(count));
    return socket.resume();
  }

  /** Bytes that wait for listeners to take them. */
  unsent(): number {
    return [...this.sockets].reduce((sum, { writableLength }) => sum + writableLength, 0);
  }

  stop(): void {
    this.live.stop();
  }

  async commit(times: number): Promise<number> {
    let version = 0;
    for (let time = 0; time < times; time += 1) {
      const [head] = await append(this.store.database, [{ stream, expected: 'any', events: newEvents(1) }]);
      version = head?.version ?? 0;
    }
    return version;
  }

  async metric(name: string): Promise<number> {
    const { values } = (await this.registry.getSingleMetric(name)?.get()) ?? { values: [] };
    return values.reduce((sum, { value }) => sum + value, 0);
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close();
    this.live.stop();
    this.server.closeAllConnections();
    this.server.close();
    await this.feed.stop();
  }
}

describe('the listeners of a live view', () => {
  let store: OpenStore;
  const scenes: Scene[] = [];
  beforeAll(async () => {
    store = await openStore();
  });
  afterEach(async () => {
    for (const scene of scenes.splice(0)) await scene.close();
  });
  afterAll(() => store.close());

  async function scene(options: ConstructorParameters<typeof Scene>[1] = {}): Promise<Scene> {
    const opened = new Scene(store, options);
    scenes.push(opened);
    await opened.listen();
    return opened;
  }
  const at = (position: number) => (data: { position: number }) => data.position === position;

  it('share one read of what has changed, however many they are and however often it changes', async () => {
    const opened = await scene({ everyMilliseconds: 50, pollMilliseconds: 60_000 });
    const listeners = await opened.follow(100);
    await eventually(() => listeners.every(({ events }) => events.length > 0));
    const commits = 60;
    const last = await opened.commit(commits);
    await Promise.all(listeners.map((each) => each.shows(at(last))));
    const rounds = () => opened.metric('boxoffice_live_rounds_total');
    await eventually(async () => expect(opened.reads).toBe(listeners.length + (await rounds())));
    expect(await rounds()).toBeLessThan(commits);
    for (const { events } of listeners) {
      const ids = events.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
    }
  });

  it('get the news though no word of a commit comes', async () => {
    const opened = await scene({ listens: false, pollMilliseconds: 100 });
    const [listener] = await opened.follow(1);
    await eventually(() => listener?.events.length === 1);
    await listener?.shows(at(await opened.commit(1)));
  });

  it('that take nothing are dropped, while the others go on', async () => {
    const limits = { slowMilliseconds: 500, checkMilliseconds: 50, everyMilliseconds: 1 };
    const opened = await scene({ ...limits, text: 'x'.repeat(1_000_000) });
    const [slow, ...others] = await opened.follow(3);
    await eventually(() => [slow, ...others].every((each) => each?.events.length === 1));
    slow?.pause();
    const dropped = () => opened.metric('boxoffice_live_dropped_total');
    while ((await dropped()) === 0) {
      const last = await opened.commit(1);
      await Promise.all(others.map((each) => each.shows(at(last))));
    }
    await eventually(async () => (await opened.metric('boxoffice_live_listeners')) === 2);
    slow?.resume();
    await eventually(() => slow?.ended === 'broken');
    const last = await opened.commit(1);
    await Promise.all(others.map((each) => each.shows(at(last))));
    expect(await dropped()).toBe(1);
  });

  it('that take nothing for a while go on with the newest state, and miss those between', async () => {
    const opened = await scene({ everyMilliseconds: 1, text: 'x'.repeat(1_000_000) });
    const [slow, other] = await opened.follow(2);
    await eventually(() => slow?.events.length === 1);
    slow?.pause();
    let last = 0;
    const commits = 60;
    for (let commit = 0; commit < commits; commit += 1) {
      last = await opened.commit(1);
      await other?.shows(at(last));
    }
    slow?.resume();
    await slow?.shows(at(last));
    expect(slow?.events.length).toBeLessThan(commits);
    expect(await opened.metric('boxoffice_live_dropped_total')).toBe(0);
  });

  it('that take nothing for a while are told ahead of the newest state what they have missed since their own last', async () => {
    const opened = await scene({ everyMilliseconds: 1, tellsAhead: true, text: 'x'.repeat(1_000_000) });
    const both = await opened.follow(2);
    const [slow, other] = both;
    await eventually(() => both.every(({ events }) => events.length === 2));
    slow?.pause();
    let last = 0;
    const commits = 40;
    for (let commit = 0; commit < commits; commit += 1) {
      last = await opened.commit(1);
      await other?.shows(at(last));
    }
    slow?.resume();
    await slow?.shows(at(last));
    const statesOf = ({ events }: LiveClient) =>
      events.filter(({ event }) => event === 'availability').map(({ id }) => id);
    for (const each of both) {
      const told = each.events.filter(({ event }) => event === 'seats').map(({ data }) => data);
      const states = statesOf(each);
      expect(told).toEqual(states.map((to, nth) => ({ from: states[nth - 1] ?? nothingSeen, to })));
    }
    expect(both.map((each) => statesOf(each).length <= commits)).toEqual([true, false]);
  });

  it('have as many places afterwards, though they were asked for behind one another on one connection', async () => {
    const opened = await scene({ withKey: 3 });
    const socket = await opened.pipeline(20);
    await eventually(async () => (await opened.metric('boxoffice_live_listeners')) > 0);
    await eventually(() => opened.reads >= 20);
    socket.destroy();
    await eventually(async () => (await opened.metric('boxoffice_live_listeners')) === 0);
    const listeners = await opened.follow(3);
    expect(listeners.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('are told at once, though another follows what cannot be read', async () => {
    const opened = await scene({ everyMilliseconds: 1, retryMilliseconds: 60_000 });
    await opened.follow(1, `/${unreadable}`);
    const [listener] = await opened.follow(1);
    for (let commit = 0; commit < 3; commit += 1) await listener?.shows(at(await opened.commit(1)));
  });

  it('are let go in peace, though one of them is slow and they are just being told', async () => {
    const opened = await scene({ atOnce: 1, everyMilliseconds: 1, restFactor: 0, text: 'x'.repeat(15_000) });
    const others = await opened.follow(20);
    const [slow] = await opened.follow(1);
    await eventually(() => [slow, ...others].every((each) => each?.events.length === 1));
    slow?.pause();
    const told = async () => {
      const last = await opened.commit(1);
      await Promise.all(others.map((each) => each.shows(at(last))));
    };
    while (opened.unsent() === 0) await told();
    const sent = () => opened.metric('boxoffice_live_events_total');
    const before = await sent();
    await opened.commit(1);
    while ((await sent()) === before) await nextTurn();
    opened.stop();
    slow?.resume();
    await eventually(() => [slow, ...others].every((each) => each?.ended === 'whole'));
  });

  it('hear the last state and then the end, those too that take nothing for a while', async () => {
    const endsAt = (await (await scene()).commit(1)) + 12;
    const opened = await scene({ everyMilliseconds: 1, endsAt, text: 'x'.repeat(1_000_000) });
    const [slow, ...others] = await opened.follow(3);
    await eventually(() => [slow, ...others].every((each) => each?.events.length === 1));
    slow?.pause();
    for (let last = 0; last < endsAt; ) {
      last = await opened.commit(1);
      await Promise.all(others.map((each) => each.shows(at(last))));
    }
    await eventually(() => others.every(({ ended }) => ended === 'whole'));
    expect(slow?.ended).toBeUndefined();
    slow?.resume();
    await eventually(() => slow?.ended === 'whole');
    expect(slow?.last?.data).toMatchObject({ position: endsAt });
    await eventually(async () => (await opened.metric('boxoffice_live_listeners')) === 0);
    expect(await opened.metric('boxoffice_live_dropped_total')).toBe(0);
  });

  it('that never take the end are dropped, and give their places back', async () => {
    const endsAt = (await (await scene()).commit(1)) + 12;
    const limits = { slowMilliseconds: 500, checkMilliseconds: 50, everyMilliseconds: 1, withKey: 2 };
    const opened = await scene({ ...limits, endsAt, text: 'x'.repeat(8_000_000) });
    await opened.commit(12);
    const [slow] = await opened.follow(1);
    slow?.pause();
    await eventually(async () => (await opened.metric('boxoffice_live_dropped_total')) === 1);
    await eventually(async () => (await opened.metric('boxoffice_live_listeners')) === 0);
    const again = await opened.follow(2);
    expect(again.map(({ status }) => status)).toEqual([200, 200]);
  });
});
