import { LRUCache } from 'lru-cache';

/** Batches with no other writer seen after which a contended stream is trusted again. */
const calmBatches = 50;
/** Contended streams that are remembered; past them, the one unused for longest is trusted again. */
const contendedLimit = 1_000;

/** Which streams other processes append to as well, so that their rows are locked before deciding on them. */
export class Contention {
  private readonly left = new LRUCache<string, number>({ max: contendedLimit });

  has(stream: string): boolean {
    return this.left.size > 0 && this.left.has(stream);
  }

  streams(): Iterable<string> {
    return this.left.keys();
  }

  /** Another writer was there first. */
  noticed(stream: string): void {
    this.left.set(stream, calmBatches);
  }

  /** A locked batch, or a turn, saw these streams, and on some of them what others had appended. */
  observed(streams: Iterable<string>, foreign: ReadonlySet<string>): void {
    for (const stream of streams) {
      const left = this.left.get(stream);
      if (left === undefined) continue;
      if (foreign.has(stream)) this.noticed(stream);
      else if (left <= 1) this.left.delete(stream);
      else this.left.set(stream, left - 1);
    }
  }
}
