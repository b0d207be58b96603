import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { type CommitFeed, StoreUnavailable, storeError } from '../../src/store';
import { Places } from '../places';
import { Problem, unavailable } from '../problem';
import { type Frame, retryHint } from './event-stream';
import { FurtherStreams } from './further-streams';
import { type LiveLimits, liveLimits } from './limits';
import { Listener } from './listener';
import { type LiveMetrics, liveMetrics } from './live-metrics';
import { Rounds } from './rounds';
import { frameOf, keepNewest, notBefore, type Topic } from './topic';
import type { LiveState, LiveView } from './view';

export interface LiveOptions {
  feed: CommitFeed;
  registry: Registry;
  limits?: Partial<LiveLimits> | undefined;
  onError(error: unknown): void;
}

/** Who asks, for the limits. */
export interface Follower {
  sender: string;
  hasKey: boolean;
}

const retryAfter = { 'Retry-After': '5' };

/**
 * Live views of all that is followed in this process, from the one feed of commits. What has changed is read together
 * and written once, whatever the number of listeners; a state replaces the one before, so nothing is ever queued.
 */
export class LiveViews {
  private readonly topics = new Map<string, Topic>();
  private readonly connections = new WeakSet<Socket>();
  private readonly dirty = new Set<Topic>();
  private readonly further = new FurtherStreams<Topic>();
  private readonly limits: LiveLimits;
  private readonly places: Places;
  private readonly metrics: LiveMetrics;
  private readonly rounds: Rounds;
  private readonly ending: (() => void)[] = [];
  private followed = 0;
  private stopped = false;
  /** Told once, and not at every retry. */
  private failing = false;

  constructor(private readonly options: LiveOptions) {
    this.limits = { ...liveLimits, ...options.limits };
    this.places = new Places(this.limits.listeners);
    this.metrics = liveMetrics(options.registry);
    this.rounds = new Rounds(() => this.round(), this.limits);
    const polling = setInterval(() => this.changed(undefined), this.limits.pollMilliseconds).unref();
    const checking = setInterval(() => this.check(), this.limits.checkMilliseconds).unref();
    this.ending.push(
      options.feed.onCommit((streams) => this.changed(streams)),
      () => clearInterval(polling),
      () => clearInterval(checking),
    );
  }

  /** The state now, with the help of what is known of it here because others follow it. */
  read(view: LiveView, name: string): Promise<LiveState | undefined> {
    return view.read(name, this.topics.get(view.stream(name))?.state);
  }

  /**
   * Takes a place for one more listener; what it gives sends on a response, whose head is set, from then on.
   * Throws `too-many-requests` or `unavailable` where there is no place.
   * @param first the state now; @param seen position of the last state that the listener knows.
   */
  follow(
    view: LiveView,
    name: string,
    { first, seen }: { first: LiveState; seen: number },
    { sender, hasKey }: Follower,
  ): (response: ServerResponse) => void {
    if (this.stopped) throw unavailable('The service is being restarted.');
    const place = this.places.take(sender, hasKey ? this.limits.withKey : this.limits.withoutKey);
    if (place === 'full') throw unavailable('As many follow live views as can.');
    if (place === 'too-many') {
      throw new Problem('too-many-requests', 'You follow as many live views as you may; end one.', {}, retryAfter);
    }
    return (response) => {
      const { socket: connection } = response.req;
      // A stream ends with its connection: what was asked for behind it on the same one is never answered.
      if (connection.destroyed || this.connections.has(connection)) return place.giveBack();
      this.connections.add(connection);
      const topic = this.topicOf(view, name);
      keepNewest(topic, first);
      const listener = new Listener(response, seen);
      topic.listeners.add(listener);
      this.metrics.listeners.inc({ view: view.event });
      // Of its own end a response that waits for the one before it would not hear.
      connection.once('close', () => {
        place.giveBack();
        this.leave(topic, listener);
      });
      response.shouldKeepAlive = false;
      response.flushHeaders();
      response.write(retryHint(this.reconnectAfter()));
      this.tell(topic, listener, frameOf(view, first));
      if (first.isLast) listener.end();
      // Read once more: what was committed since the first state was read may have come before this listener did.
      else this.markDirty(topic);
    };
  }

  /** Ends every stream, and takes no more. */
  stop(): void {
    this.stopped = true;
    this.rounds.stop();
    for (const end of this.ending.splice(0)) end();
    for (const { listeners } of this.topics.values()) for (const listener of listeners) listener.end();
  }

  private topicOf(view: LiveView, name: string): Topic {
    const stream = view.stream(name);
    const topic = this.topics.get(stream) ?? { view, name, state: undefined, listeners: new Set() };
    this.topics.set(stream, topic);
    return topic;
  }

  private leave(topic: Topic, listener: Listener): void {
    topic.listeners.delete(listener);
    this.metrics.listeners.dec({ view: topic.view.event });
    if (topic.listeners.size > 0) return;
    this.topics.delete(topic.view.stream(topic.name));
    this.dirty.delete(topic);
    this.further.forget(topic);
  }

  private changed(streams: readonly string[] | undefined): void {
    if (!streams) for (const topic of this.topics.values()) this.markDirty(topic);
    for (const stream of streams ?? []) {
      const topic = this.topics.get(stream);
      if (topic) this.markDirty(topic);
      for (const each of this.further.changedBy(stream)) this.markDirty(each);
    }
  }

  private markDirty(topic: Topic): void {
    this.dirty.add(topic);
    this.rounds.request();
  }

  /**
   * Reads all that has changed and tells it. While the database is away, what could not be read stays to be told; what
   * cannot be read for a reason of its own holds nobody up, and is looked at again when all are.
   */
  private async round(): Promise<boolean> {
    const topics = [...this.dirty];
    this.dirty.clear();
    this.metrics.rounds.inc();
    const reads = await Promise.allSettled(topics.map(({ view, name, state }) => view.read(name, state)));
    let failure: unknown;
    let away = false;
    for (const [index, topic] of topics.entries()) {
      const read = reads[index];
      if (read?.status === 'fulfilled' && read.value) await this.broadcast(topic, read.value);
      if (read?.status !== 'rejected') continue;
      failure = read.reason;
      if (!(storeError(failure) instanceof StoreUnavailable)) continue;
      away = true;
      if (topic.listeners.size > 0) this.dirty.add(topic);
    }
    const failed = failure !== undefined;
    if (failed && !this.failing) this.options.onError(failure);
    this.failing = failed;
    return !away;
  }

  private async broadcast(topic: Topic, read: LiveState): Promise<void> {
    if (topic.listeners.size === 0) return;
    const newest = notBefore(topic, read);
    keepNewest(topic, newest);
    // A stream that is watched from now on may have changed since it was read.
    if (this.further.watch(topic, newest.alsoChangedBy ?? [])) this.markDirty(topic);
    const state = frameOf(topic.view, newest);
    let written = 0;
    for (const listener of topic.listeners) {
      if (this.stopped) return;
      const sent = this.tell(topic, listener, state);
      if (newest.isLast) listener.end();
      if (!sent) continue;
      written += 1;
      if (written % this.limits.atOnce === 0) await nextTurn();
    }
  }

  private tell({ view }: Topic, listener: Listener, state: Frame): boolean {
    const sent = listener.offer(state);
    if (sent) this.metrics.sent.inc({ view: view.event });
    return sent;
  }

  private check(): void {
    const now = performance.now();
    const { slowMilliseconds, commentMilliseconds, checkMilliseconds } = this.limits;
    for (const { view, listeners } of this.topics.values()) {
      for (const listener of listeners) {
        listener.comment(now, commentMilliseconds - checkMilliseconds);
        if (listener.blockedFor(now) < slowMilliseconds) continue;
        this.metrics.dropped.inc({ view: view.event });
        listener.drop();
      }
    }
  }

  /** Not the same for all, so that they do not all come back at once. */
  private reconnectAfter(): number {
    const { reconnectMilliseconds, reconnectSpreadMilliseconds } = this.limits;
    this.followed += 1;
    const steps = 64;
    return reconnectMilliseconds + Math.round((reconnectSpreadMilliseconds * (this.followed % steps)) / steps);
  }
}
