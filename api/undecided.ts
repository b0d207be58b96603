import { Counter, Gauge, type Registry } from 'prom-client';
import { purchaseStream } from '../src/domain';
import type { CommitFeed } from '../src/store';
import { Problem } from './problem';

export interface UndecidedLimits {
  /** Purchases that this process has started and not seen decided; the next one is refused before it is taken in. */
  purchases: number;
  /** One that is not decided after so long no longer counts: its workflow was ended by hand, say. */
  ageMilliseconds: number;
  /** Those that no word came of are looked up so often. */
  lookMilliseconds: number;
}

export const undecidedLimits: UndecidedLimits = {
  purchases: 2_000,
  ageMilliseconds: 600_000,
  lookMilliseconds: 5_000,
};

const retryAfter = { 'Retry-After': '2' };

export interface UndecidedOptions {
  feed: CommitFeed;
  registry: Registry;
  limits?: Partial<UndecidedLimits> | undefined;
  /** Of these streams, the ones that exist. */
  existing(streams: readonly string[]): Promise<Iterable<string>>;
  onError(error: unknown): void;
}

/**
 * Back-pressure: how many purchases this process has handed over that wait to be decided. A purchase is decided by the
 * first event of its stream, of which word comes by the commit feed.
 */
export class Undecided {
  private readonly limits: UndecidedLimits;
  /** Since when each is there, by stream; the oldest first. */
  private readonly waiting = new Map<string, number>();
  /** Requests that are being taken in. */
  private entering = 0;
  private readonly refused: Counter;
  private readonly ending: (() => void)[] = [];

  constructor(private readonly options: UndecidedOptions) {
    this.limits = { ...undecidedLimits, ...options.limits };
    const registers = [options.registry];
    this.refused = new Counter({
      name: 'boxoffice_purchases_refused_total',
      help: 'Requests to buy that were refused because too many waited to be decided',
      registers,
    });
    const { waiting } = this;
    new Gauge({
      name: 'boxoffice_purchases_undecided',
      help: 'Purchases that this process has started and not yet seen decided',
      registers,
      collect() {
        this.set(waiting.size);
      },
    });
    const looking = setInterval(() => void this.look(), this.limits.lookMilliseconds).unref();
    this.ending.push(
      options.feed.onCommit((streams) => {
        if (streams) this.decided(streams);
        else void this.look();
      }),
      () => clearInterval(looking),
    );
  }

  /** Room for a request that is being taken in, to be given back once; undefined where there is none. */
  enter(): { leave(): void } | undefined {
    if (this.waiting.size + this.entering >= this.limits.purchases) return undefined;
    this.entering += 1;
    return {
      leave: () => {
        this.entering -= 1;
      },
    };
  }

  /** It is about to be started, and counts until it is decided. */
  expect(purchaseId: string): void {
    this.waiting.set(purchaseStream(purchaseId), performance.now());
  }

  /** What is answered where there is no room. */
  refuse(): Problem {
    this.refused.inc();
    const detail = 'Too many purchases wait to be decided. Nothing was taken in; try again with the same key.';
    return new Problem('too-many-requests', detail, {}, retryAfter);
  }

  /** It was not started after all. */
  forget(purchaseId: string): void {
    this.waiting.delete(purchaseStream(purchaseId));
  }

  stop(): void {
    for (const end of this.ending.splice(0)) end();
  }

  private decided(streams: Iterable<string>): void {
    if (this.waiting.size > 0) for (const stream of streams) this.waiting.delete(stream);
  }

  /** Word of a decision may have been missed. */
  private async look(): Promise<void> {
    const oldest = performance.now() - this.limits.ageMilliseconds;
    for (const [stream, since] of this.waiting) if (since < oldest) this.waiting.delete(stream);
    if (this.waiting.size === 0) return;
    try {
      this.decided(await this.options.existing([...this.waiting.keys()]));
    } catch (error) {
      this.options.onError(error);
    }
  }
}
