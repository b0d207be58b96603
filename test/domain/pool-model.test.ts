import { assert, property } from 'fast-check';
import { evolvePool, type Money, type Pool, type PoolCommand, type PoolSettings, type Refusal } from '../../src/domain';
import { testSeed } from '../support/random';
import { begin, decide, minuteOfSale, type Script, type Step, scripts, settingsOf } from './pool-script';

/** What a decision comes to: events, by type, or the refusal. */
type Answer = string[] | Refusal;

const times = (count: number, type: string): string[] => Array<string>(count).fill(type);

/** A pool as one would keep it on paper: a list of tickets, and what hangs on the door of the box office. */
class PaperPool {
  private readonly settings: PoolSettings;
  readonly tickets: { purchase: string; price: number; sold: boolean }[] = [];
  private price: Money;
  private opened: boolean;
  private over = false;
  private sign: { reason: string; holds: string } | undefined;
  private calledOff: string | undefined;

  constructor(script: Script) {
    this.settings = settingsOf(script);
    this.price = this.settings.price;
    this.opened = !script.opensLater;
  }

  get sold(): number {
    return this.tickets.filter((ticket) => ticket.sold).length;
  }

  held(purchase: string): number[] {
    return this.tickets.filter((ticket) => !ticket.sold && ticket.purchase === purchase).map(({ price }) => price);
  }

  take(step: Step): Answer {
    switch (step.do) {
      case 'create':
        return { slug: 'pool-name-taken', pool: this.settings.name };
      case 'claim':
        return this.claim(step);
      case 'buy': {
        const bought = this.held(step.purchase).length;
        for (const ticket of this.tickets) if (ticket.purchase === step.purchase) ticket.sold = true;
        return times(bought, 'TicketBought');
      }
      case 'release': {
        const released = this.held(step.purchase).length;
        const left = this.tickets.filter((ticket) => ticket.sold || ticket.purchase !== step.purchase);
        this.tickets.splice(0, this.tickets.length, ...left);
        return times(released, 'TicketReleased');
      }
      case 'steer':
        return this.steer(step.command);
    }
  }

  private claim({ purchase, quantity, minute }: Extract<Step, { do: 'claim' }>): Answer {
    const { name: pool, capacity, maxPerPurchase, closesAt } = this.settings;
    const isLate = closesAt !== undefined && minuteOfSale(minute).toISOString() >= closesAt;
    if (this.calledOff !== undefined) return { slug: 'pool-cancelled', pool, reason: this.calledOff };
    if (this.over || isLate) return { slug: 'sales-stopped', pool, reason: 'the sale is over' };
    if (this.sign) return { slug: 'sales-stopped', pool, reason: this.sign.reason };
    if (!this.opened) return { slug: 'sales-not-open', pool };
    if (quantity === 0 || quantity > maxPerPurchase)
      return { slug: 'invalid-quantity', pool, min: 1, max: maxPerPurchase };
    const left = capacity - this.tickets.length;
    if (left < quantity) return { slug: 'insufficient-inventory', pool, requested: quantity, available: left };
    for (let count = 0; count < quantity; count += 1)
      this.tickets.push({ purchase, price: this.price.amount, sold: false });
    return times(quantity, 'TicketClaimed');
  }

  private steer(command: PoolCommand): Answer {
    const { name: pool } = this.settings;
    if (this.calledOff !== undefined) {
      return command.kind === 'cancelSales' ? [] : { slug: 'pool-cancelled', pool, reason: this.calledOff };
    }
    switch (command.kind) {
      case 'openSales':
        return this.turn('SalesOpened', !this.opened, () => {
          this.opened = true;
        });
      case 'closeSales':
        return this.turn('SalesClosed', !this.over, () => {
          this.over = true;
        });
      case 'stopSales': {
        const { reason, holds } = command;
        return this.turn('SalesStopped', this.sign?.reason !== reason || this.sign.holds !== holds, () => {
          this.sign = { reason, holds };
        });
      }
      case 'resumeSales':
        return this.turn('SalesResumed', this.sign !== undefined, () => {
          this.sign = undefined;
        });
      case 'reprice': {
        const { price } = command;
        const { currency } = this.settings.price;
        if (price.currency !== currency) return { slug: 'wrong-currency', pool, currency };
        return this.turn('PoolRepriced', price.amount !== this.price.amount, () => {
          this.price = price;
        });
      }
      case 'cancelSales':
        return this.turn('PoolCancelled', true, () => {
          this.calledOff = command.reason;
        });
    }
  }

  private turn(type: string, isNew: boolean, change: () => void): string[] {
    if (!isNew) return [];
    change();
    return [type];
  }
}

it(`a pool answers and counts like a list on paper, and is never oversold (seed ${testSeed()})`, () => {
  assert(
    property(scripts, (script) => {
      const paper = new PaperPool(script);
      let pool = begin(script).reduce<Pool | undefined>(evolvePool, undefined) as Pool;
      script.steps.forEach((step, nth) => {
        const decision = decide(pool, step, nth);
        for (const event of decision.accepted ? decision.events : []) {
          pool = evolvePool(pool, event);
          const live = [...pool.claims.values()].flat().length;
          expect(pool.claimed).toBe(live);
          expect(pool.claimed + pool.sold).toBeLessThanOrEqual(script.capacity);
        }
        const answer = decision.accepted ? decision.events.map(({ type }) => type) : decision.refusal;
        expect(answer).toEqual(paper.take(step));
        expect(pool.sold).toBe(paper.sold);
        expect(pool.claimed).toBe(paper.tickets.length - paper.sold);
        for (const [purchase, claims] of pool.claims) {
          expect(claims.map(({ price }) => price.amount)).toEqual(paper.held(purchase));
        }
      });
    }),
    { seed: testSeed(), numRuns: 500 },
  );
});
