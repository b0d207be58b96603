/** A stream's state and the version it is of. */
export interface Held {
  state: unknown;
  version: number;
}

/** Hot streams kept in memory; the one unused for longest is dropped. */
const heldStreamsLimit = 2_000;

/** The committed state of hot streams. May be behind what other processes appended: expected versions find that out. */
export class HeldStreams {
  private readonly streams = new Map<string, Held>();

  get(stream: string): Held | undefined {
    return this.streams.get(stream);
  }

  keep(stream: string, held: Held): void {
    this.streams.delete(stream);
    this.streams.set(stream, held);
    if (this.streams.size <= heldStreamsLimit) return;
    const oldest = this.streams.keys().next();
    if (!oldest.done) this.streams.delete(oldest.value);
  }
}
