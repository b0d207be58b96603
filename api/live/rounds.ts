export interface RoundLimits {
  /** Between the beginnings of two rounds at the least, so that a burst of commits is told once. */
  everyMilliseconds: number;
  /** After a round comes a rest of so many times what it took: however many listen, requests have their share. */
  restFactor: number;
  /** After a round that failed. */
  retryMilliseconds: number;
}

/** Does work in rounds, one at a time: at once where the last round is long over, and never more often than allowed. */
export class Rounds {
  private wanted = false;
  private running = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private notBefore = 0;

  /** @param work false where it failed and must be done again. */
  constructor(
    private readonly work: () => Promise<boolean>,
    private readonly limits: RoundLimits,
  ) {}

  /** There is something to do: the next round begins after this moment. */
  request(): void {
    this.wanted = true;
    if (this.running || this.stopped || this.timer) return;
    this.timer = setTimeout(() => void this.run(), Math.max(0, this.notBefore - performance.now()));
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    const { everyMilliseconds, restFactor, retryMilliseconds } = this.limits;
    this.timer = undefined;
    this.running = true;
    this.wanted = false;
    const began = performance.now();
    const done = await this.work();
    const ended = performance.now();
    const rested = Math.max(began + everyMilliseconds, ended + restFactor * (ended - began));
    this.notBefore = done ? rested : ended + retryMilliseconds;
    this.running = false;
    if (this.wanted || !done) this.request();
  }
}
