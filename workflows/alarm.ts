import { CancellationScope, sleep } from '@temporalio/workflow';

/**
 * Rings at a time, by a durable timer. Whoever asks whether that time has come looks at the alarm and never at the clock,
 * which shows a replay another moment.
 */
export class Alarm {
  private set: { at: string; scope: CancellationScope; hasRung: boolean } | undefined;

  get rings(): boolean {
    return this.set?.hasRung ?? false;
  }

  isSetFor(at: string | undefined): boolean {
    return at === this.set?.at;
  }

  /** Sets it for this instant, and for that alone; for none where it is undefined. Set for the same again, it goes on. */
  setFor(at: string | undefined): void {
    if (this.isSetFor(at)) return;
    this.set?.scope.cancel();
    this.set = undefined;
    if (at === undefined) return;
    const scope = new CancellationScope();
    const mine = { at, scope, hasRung: false };
    this.set = mine;
    const left = Math.max(1, Date.parse(at) - Date.now());
    const ring = () => {
      mine.hasRung = true;
    };
    scope.run(() => sleep(left)).then(ring, () => undefined);
  }
}
