import { endOpenPurchases } from './activities';

/** Has the open purchases of a pool told that its sale has ended, beside whatever else the pool does. */
export class Telling {
  private wanted: { reason: string; words: string } | undefined;
  private isUnderWay = false;

  constructor(
    private readonly pool: string,
    private readonly onTold: (words: string) => void,
  ) {}

  /** The reason that purchases are still being told, or are to be told again. */
  get reason(): string | undefined {
    return this.wanted?.reason;
  }

  /** Those that are open now. Where others are being told they come after them, for the last reason that was given. */
  tell(reason: string, words: string): void {
    this.wanted = { reason, words };
    if (this.isUnderWay) return;
    this.isUnderWay = true;
    void this.tellAll();
  }

  private async tellAll(): Promise<void> {
    while (this.wanted) {
      const { wanted, pool } = this;
      const told = await endOpenPurchases({ pool, reason: wanted.reason });
      if (this.wanted === wanted) this.wanted = undefined;
      this.onTold(`${wanted.words} ${told} open purchases were told to give their tickets back.`);
    }
    this.isUnderWay = false;
  }
}
