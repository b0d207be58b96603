import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { cancelPools, refreshPools, startPools } from './activities';

/**
 * Brings the workflows of a show's pools along, whose streams were changed with the show's, beside whatever else the show
 * does. One after the other, and safe to repeat; a cancellation waits for none of the others.
 */
export class PoolsAlong {
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;
  private scope: CancellationScope | undefined;
  private wanted: string | undefined;

  constructor(private readonly show: string) {}

  /** The status that the pools are being brought to; undefined where they are there. */
  get bringing(): string | undefined {
    return this.waiting > 0 ? this.wanted : undefined;
  }

  /**
   * Resolves when the pools are there, or were cancelled meanwhile.
   * @param unsure whether they were all started is not known
   */
  bring(status: string, unsure = false): Promise<void> {
    this.scope ??= new CancellationScope();
    this.wanted = status;
    this.waiting += 1;
    if (status === 'cancelled') this.scope.cancel();
    const scope = status === 'cancelled' ? new CancellationScope({ cancellable: false }) : this.scope;
    this.last = this.last
      .then(() => scope.run(() => this.act(status, unsure)))
      .then(
        () => this.leave(),
        (error: unknown) => {
          this.leave();
          if (!isCancellation(error)) throw error;
        },
      );
    return this.last;
  }

  private leave(): void {
    this.waiting -= 1;
  }

  private async act(status: string, unsure: boolean): Promise<void> {
    const { show } = this;
    switch (status) {
      case 'published':
        await startPools({ show });
        break;
      case 'sales-open':
      case 'sales-closed':
        if (unsure) await startPools({ show });
        await refreshPools({ show });
        break;
      case 'cancelled':
        await cancelPools({ show });
        break;
      default:
    }
  }
}
