import type { Money } from './money';
import type { PoolEvent } from './pool-events';
import { dayInMilliseconds } from './price-factors';
import { type PricePart, priceParts } from './price-parts';
import { type Priced, type Pricing, type Quote, quote } from './pricing';
import { invariant } from './refusal';

/** What tickets brought in, in minor units, and what each part of their prices came to; the parts add up to it. */
export interface Takings {
  revenue: number;
  byFactor: PricePart[];
}

export interface BacktestResult {
  /** Tickets bought. */
  tickets: number;
  actual: Takings;
  backtest: Takings;
}

/** A claim that may still become a sale. */
interface OpenClaim {
  price: Money;
  quote: Quote;
  /** Tickets that were sold or claimed when its price was asked. */
  taken: number;
  at: Date;
}

/**
 * Sells a pool's tickets again under other pricing: the same tickets at the same moments to the same buyers, whatever they
 * cost. Takes the pool's events one by one, from the first; keeps only claims that are open.
 */
export class PricingBacktest {
  private readonly open = new Map<string, OpenClaim>();
  private readonly actual = new Sum();
  private readonly backtest = new Sum();
  private tickets = 0;
  private taken = 0;
  /** The claims before this event, as long as they are of one purchase: they were priced together. */
  private together: { purchaseId: string; taken: number } | undefined;

  constructor(
    private readonly pool: Pick<Priced, 'capacity' | 'startsAt'>,
    private readonly other: { price: Money; pricing: Pricing },
  ) {}

  /** @param recorded when the event was written */
  take(event: PoolEvent, recorded: Date): void {
    if (event.type !== 'TicketClaimed') this.together = undefined;
    switch (event.type) {
      case 'TicketClaimed': {
        const { ticketId, purchaseId, price, quote: explained } = event.data;
        if (this.together?.purchaseId !== purchaseId) this.together = { purchaseId, taken: this.taken };
        const at = this.decidedAt(explained, recorded);
        this.open.set(ticketId, { price, quote: explained, taken: this.together.taken, at });
        this.taken += 1;
        return;
      }
      case 'TicketReleased':
        this.end(event.data.ticketId);
        this.taken -= 1;
        return;
      case 'TicketBought':
        this.sell(this.end(event.data.ticketId));
        return;
      default:
    }
  }

  result(): BacktestResult {
    return { tickets: this.tickets, actual: this.actual.takings(), backtest: this.backtest.takings() };
  }

  private end(ticketId: string): OpenClaim {
    const claim = this.open.get(ticketId);
    invariant(claim !== undefined, () => `ticket ${ticketId} was not claimed`);
    this.open.delete(ticketId);
    return claim;
  }

  private sell({ price, quote: explained, taken, at }: OpenClaim): void {
    const replayed = quote({ ...this.pool, ...this.other, claimed: taken, sold: 0 }, at);
    this.tickets += 1;
    this.actual.add(price, explained);
    this.backtest.add(replayed.unit, replayed.quote);
  }

  /**
   * When a claim was decided: a moment before it was written, which may have been another day. Prices move with whole days
   * before the start alone, and the explanation names the day.
   */
  private decidedAt({ daysLeft }: Quote, recorded: Date): Date {
    if (this.pool.startsAt === undefined || daysLeft === undefined) return recorded;
    const start = Date.parse(this.pool.startsAt);
    const writtenDays = Math.max(0, Math.floor((start - recorded.getTime()) / dayInMilliseconds));
    if (writtenDays === daysLeft) return recorded;
    const left = writtenDays < daysLeft ? daysLeft * dayInMilliseconds + 1 : (daysLeft + 1) * dayInMilliseconds - 1;
    return new Date(start - left);
  }
}

class Sum {
  private revenue = 0;
  private readonly parts = new Map<string, number>();

  add(unit: Money, explained: Quote): void {
    this.revenue += unit.amount;
    for (const { name, amount } of priceParts(unit, explained)) {
      this.parts.set(name, (this.parts.get(name) ?? 0) + amount);
    }
  }

  takings(): Takings {
    const named = (name: string) => ({ name, amount: this.parts.get(name) ?? 0 });
    return { revenue: this.revenue, byFactor: partsInOrder.filter((name) => this.parts.has(name)).map(named) };
  }
}

const partsInOrder = ['base', 'tier', 'demand', 'countdown', 'floor', 'ceiling'];
