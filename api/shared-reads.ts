import { StoreUnavailable, storeError } from '../src/store';

export const sharedReadLimits = {
  /** Different names read by one query at the most. */
  names: 500,
  /** Queries under way at once. */
  queries: 2,
} as const;

interface Reading<View> {
  promise: Promise<View | undefined>;
  resolve(view: View | undefined): void;
  reject(error: unknown): void;
}

/**
 * Reads that come at the same time share one query, and what it found: a name is asked for once, and many names
 * together. A read joins the next query and never one that is under way, so what it is answered was committed at or
 * after the moment it asked.
 */
export class SharedReads<View> {
  private next = new Map<string, Reading<View>>();
  private underWay = 0;
  private scheduled = false;

  constructor(private readonly readAll: (names: readonly string[]) => Promise<ReadonlyMap<string, View>>) {}

  /** The newest view of this name; undefined where there is none. Rejects with what the query for it rejected with. */
  read(name: string): Promise<View | undefined> {
    const joined = this.next.get(name);
    if (joined) return joined.promise;
    const reading = deferred<View | undefined>();
    this.next.set(name, reading);
    this.schedule();
    return reading.promise;
  }

  /** Waits for the end of this turn of the event loop, so that all who come in it are served together. */
  private schedule(): void {
    if (this.scheduled || this.underWay >= sharedReadLimits.queries || this.next.size === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      void this.query(this.take());
    });
  }

  private take(): ReadonlyMap<string, Reading<View>> {
    if (this.next.size <= sharedReadLimits.names) {
      const all = this.next;
      this.next = new Map();
      return all;
    }
    const first = new Map([...this.next].slice(0, sharedReadLimits.names));
    for (const name of first.keys()) this.next.delete(name);
    return first;
  }

  private async query(readings: ReadonlyMap<string, Reading<View>>): Promise<void> {
    this.underWay += 1;
    this.schedule();
    await this.settle([...readings]);
    this.underWay -= 1;
    this.schedule();
  }

  /** One that cannot be read does not take the others with it: they are asked for again in halves. */
  private async settle(readings: readonly (readonly [string, Reading<View>])[]): Promise<void> {
    try {
      const views = await this.readAll(readings.map(([name]) => name));
      for (const [name, { resolve }] of readings) resolve(views.get(name));
    } catch (error) {
      if (readings.length > 1 && !(storeError(error) instanceof StoreUnavailable)) {
        const half = readings.length >> 1;
        await this.settle(readings.slice(0, half));
        await this.settle(readings.slice(half));
      } else for (const [, { reject }] of readings) reject(error);
    }
  }
}

function deferred<Value>(): Omit<Reading<Value>, 'promise'> & { promise: Promise<Value> } {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  return { promise, resolve, reject };
}
