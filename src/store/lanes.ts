import { QueueFull } from './errors';

export interface LaneLimits {
  /** Commands that may wait in one lane. */
  lane: number;
  /** Commands that may wait in all lanes together. */
  total: number;
}

interface Queued<Entry> {
  entry: Entry;
  /** Place in the order of arrival, over all lanes. */
  arrival: number;
}

/**
 * What waits, in lanes that take turns: however many wait in one lane, another's first is never more than a batch away,
 * as long as there are no more lanes than a batch has room for.
 */
export class Lanes<Entry> {
  private readonly lanes = new Map<string, Queued<Entry>[]>();
  private arrivals = 0;
  private waiting = 0;

  constructor(private readonly limits: LaneLimits) {}

  get size(): number {
    return this.waiting;
  }

  has(lane: string): boolean {
    return this.lanes.has(lane);
  }

  /** Throws QueueFull where the lane, or all of them together, are full. */
  add(lane: string, entry: Entry): void {
    const { limits } = this;
    if (this.waiting >= limits.total) throw new QueueFull(limits.total);
    const queue = this.lanes.get(lane);
    if (queue && queue.length >= limits.lane) throw new QueueFull(limits.lane);
    this.arrivals += 1;
    this.waiting += 1;
    const queued = { entry, arrival: this.arrivals };
    if (queue) queue.push(queued);
    else this.lanes.set(lane, [queued]);
  }

  /** How many wait in open lanes; counted no further than `enough`. */
  ready(isOpen: (lane: string) => boolean, enough: number): number {
    let ready = 0;
    for (const [lane, { length }] of this.lanes) {
      if (isOpen(lane)) ready += length;
      if (ready >= enough) return enough;
    }
    return ready;
  }

  /**
   * Takes `most` of what waits in open lanes, in the order of arrival: the oldest where no more than `room` waits, else lane
   * by lane in turn.
   */
  take(most: number, room: number, isOpen: (lane: string) => boolean): Entry[] {
    const taken = this.waiting <= room ? this.oldest(most, isOpen) : this.inTurn(most, isOpen);
    this.waiting -= taken.length;
    return taken.sort((one, other) => one.arrival - other.arrival).map(({ entry }) => entry);
  }

  private oldest(most: number, isOpen: (lane: string) => boolean): Queued<Entry>[] {
    const open = [...this.lanes].filter(([lane]) => isOpen(lane));
    const [only] = open;
    if (only && open.length === 1) return this.shift(only[0], only[1], most);
    const arrivals = open.flatMap(([, queue]) => queue.map(({ arrival }) => arrival)).sort((one, other) => one - other);
    const last = arrivals[Math.min(most, arrivals.length) - 1] ?? 0;
    return open.flatMap(([lane, queue]) => {
      const after = queue.findIndex(({ arrival }) => arrival > last);
      return this.shift(lane, queue, after < 0 ? queue.length : after);
    });
  }

  /** A lane that was served goes behind the others. */
  private inTurn(most: number, isOpen: (lane: string) => boolean): Queued<Entry>[] {
    const taken: Queued<Entry>[] = [];
    const share = Math.max(1, Math.floor(most / this.lanes.size));
    // What is set again while a map is gone through comes up again at its end.
    for (const [lane, queue] of this.lanes) {
      if (taken.length >= most) break;
      if (!isOpen(lane)) continue;
      taken.push(...this.shift(lane, queue, Math.min(share, most - taken.length)));
    }
    return taken;
  }

  private shift(lane: string, queue: Queued<Entry>[], count: number): Queued<Entry>[] {
    if (count === 0) return [];
    this.lanes.delete(lane);
    const first = queue.splice(0, count);
    if (queue.length > 0) this.lanes.set(lane, queue);
    return first;
  }
}
