import { randomUUID } from 'node:crypto';
import { type Answer, type Purchase, type ShopClient, UnexpectedAnswer } from './shop-client';

/** What the API last said of a purchase, with a status that promises something. */
export type Acknowledged = { readonly id: string; readonly status: string; readonly orderId?: string };

export type CrowdSettings = { readonly buyers: number; readonly pool: string };

/**
 * What one buyer after the other does with the tickets it holds. Each sort of card appears: most are fine, one loses
 * its answer, one is declined first.
 */
const habits = ['tok_ok', 'tok_lost', 'tok_ok', 'leave', 'tok_ok', 'cancel', 'tok_ok', 'tok_declined'] as const;

/**
 * Buyers in loops: each buys, then pays, cancels or walks away, and buys again. Where nobody answers it asks again
 * under the same idempotency key. Kept is what the API acknowledged.
 */
export class Crowd {
  readonly acknowledged = new Map<string, Acknowledged>();
  /** Idempotency keys with the purchase that each was answered with. */
  readonly purchaseUnder = new Map<string, string>();
  /** Answers that no buyer should ever hear. */
  readonly complaints: string[] = [];
  private going = true;
  private readonly buyers: readonly Promise<void>[];

  constructor(
    private readonly client: ShopClient,
    private readonly settings: CrowdSettings,
  ) {
    this.buyers = Array.from({ length: settings.buyers }, (_, index) => this.buyAgainAndAgain(index));
  }

  /** How many purchases were acknowledged with this status. */
  count(status: string): number {
    return [...this.acknowledged.values()].filter((purchase) => purchase.status === status).length;
  }

  /** Every buyer ends what it has begun; then no answer is open any more. */
  async disperse(): Promise<void> {
    this.going = false;
    await Promise.all(this.buyers);
  }

  /** A buyer with a complaint does not come back. */
  private async buyAgainAndAgain(index: number): Promise<void> {
    try {
      for (let round = index; this.going; round += 1) await this.buyOnce(habits[round % habits.length] ?? 'leave');
    } catch (error) {
      this.complaints.push(error instanceof Error ? error.message : String(error));
    }
  }

  private async buyOnce(habit: (typeof habits)[number]): Promise<void> {
    const key = randomUUID();
    const bought = await this.client.buy(this.settings.pool, key);
    if (bought.status !== 201) throw new UnexpectedAnswer('buying', bought);
    const { id } = this.acknowledge(bought);
    this.purchaseUnder.set(key, id);
    if (habit === 'leave') return;
    if (habit === 'cancel') {
      const cancelled = await this.client.cancel(id);
      if (![200, 410].includes(cancelled.status)) throw new UnexpectedAnswer('cancelling', cancelled);
      if (cancelled.status === 200) this.acknowledge(cancelled);
      return;
    }
    await this.pay(id, habit);
  }

  /** 410: the hold ended while nobody was there to take the money. */
  private async pay(id: string, token: string): Promise<void> {
    const paid = await this.client.pay(id, token);
    if (paid.status === 402 && token !== 'tok_ok') return this.pay(id, 'tok_ok');
    if (![200, 410].includes(paid.status)) throw new UnexpectedAnswer('paying', paid);
    if (paid.status === 200) this.acknowledge(paid);
  }

  private acknowledge({ body }: Answer): Acknowledged {
    const { id, status, orderId } = body as Purchase;
    const acknowledged = { id, status, ...(orderId === undefined ? {} : { orderId }) };
    this.acknowledged.set(id, acknowledged);
    return acknowledged;
  }
}
