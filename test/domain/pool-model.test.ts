import { assert, property } from 'fast-check';
import {
  evolvePool,
  type Money,
  nextRelease,
  type Pool,
  type PoolCommand,
  type PoolSettings,
  type Refusal,
} from '../../src/domain';
import { testSeed } from '../support/random';
import { begin, decide, minuteOfSale, type Script, type Step, scripts, seatNames, settingsOf } from './pool-script';

/** What a decision comes to: events, by type, or the refusal. */
type Answer = string[] | Refusal;

const times = (count: number, type: string): string[] => Array<string>(count).fill(type);

interface PaperTicket {
  purchase: string;
  customer: string;
  price: number;
  sold: boolean;
  seat: string | undefined;
  heldUntil: Date;
}

/** A pool as one would keep it on paper: a list of tickets, and what hangs on the door of the box office. */
class PaperPool {
  private readonly settings: PoolSettings;
  readonly tickets: PaperTicket[] = [];
  withheld = 0;
  /** Of a numbered pool: the seats that nobody has, nor the promoter. */
  readonly free: Set<string> | undefined;
  private readonly kept = new Set<string>();
  private price: Money;
  private opened: boolean;
  private over = false;
  private sign: { reason: string; holds: string } | undefined;
  private calledOff: string | undefined;

  constructor(script: Script) {
    this.settings = settingsOf(script);
    this.price = this.settings.price;
    this.opened = !script.opensLater;
    if (script.numbered) this.free = new Set(seatNames(script.capacity));
  }

  get sold(): number {
    return this.tickets.filter((ticket) => ticket.sold).length;
  }

  /** When the next of the tickets that are held may be there again. */
  get nextRelease(): string | undefined {
    const ends = this.tickets.filter(({ sold }) => !sold).map(({ heldUntil }) => heldUntil.getTime());
    return ends.length === 0 ? undefined : new Date(Math.min(...ends)).toISOString();
  }

  held(purchase: string): number[] {
    return this.tickets.filter((ticket) => !ticket.sold && ticket.purchase === purchase).map(({ price }) => price);
  }

  /** @param given seats that the pool chose, where it was to choose. */
  take(step: Step, given: readonly (string | undefined)[]): Answer {
    switch (step.do) {
      case 'create':
        return { slug: 'pool-name-taken', pool: this.settings.name };
      case 'claim':
        return this.claim(step, given);
      case 'buy': {
        const bought = this.held(step.purchase).length;
        for (const ticket of this.tickets) if (ticket.purchase === step.purchase) ticket.sold = true;
        return times(bought, 'TicketBought');
      }
      case 'release': {
        const released = this.held(step.purchase).length;
        const left = this.tickets.filter((ticket) => ticket.sold || ticket.purchase !== step.purchase);
        for (const { seat } of this.tickets.filter((ticket) => !left.includes(ticket))) if (seat) this.free?.add(seat);
        this.tickets.splice(0, this.tickets.length, ...left);
        return times(released, 'TicketReleased');
      }
      case 'steer':
        return this.steer(step.command);
    }
  }

  private get left(): number {
    return this.settings.capacity - this.tickets.length - this.withheld;
  }

  private claim(step: Extract<Step, { do: 'claim' }>, given: readonly (string | undefined)[]): Answer {
    const { purchase, customer, seats, minute, holdMinutes } = step;
    const heldUntil = minuteOfSale(minute + holdMinutes);
    const { name: pool, maxPerPurchase, maxPerCustomer, maxHeldPerCustomer, closesAt } = this.settings;
    const quantity = seats?.length ?? step.quantity;
    const isLate = closesAt !== undefined && minuteOfSale(minute).toISOString() >= closesAt;
    if (this.calledOff !== undefined) return { slug: 'pool-cancelled', pool, reason: this.calledOff };
    if (this.over || isLate) return { slug: 'sales-stopped', pool, reason: 'the sale is over' };
    if (this.sign) return { slug: 'sales-stopped', pool, reason: this.sign.reason };
    if (!this.opened) return { slug: 'sales-not-open', pool };
    if (quantity === 0 || quantity > maxPerPurchase)
      return { slug: 'invalid-quantity', pool, min: 1, max: maxPerPurchase };
    const held = this.tickets.filter((ticket) => ticket.customer === customer).length;
    if (maxPerCustomer !== undefined && held + quantity > maxPerCustomer) {
      return { slug: 'customer-limit-reached', pool, limit: maxPerCustomer, held };
    }
    const inHand = this.tickets.filter((ticket) => ticket.customer === customer && !ticket.sold).length;
    const limit = maxHeldPerCustomer ?? maxPerCustomer ?? 2 * maxPerPurchase;
    if (inHand + quantity > limit) {
      return { slug: 'customer-limit-reached', pool, limit, held: inHand, counted: 'held' };
    }
    if (seats && !this.free) return { slug: 'wrong-numbering', pool, numbered: false };
    const taken = (seats ?? []).filter((seat, index) => !this.free?.has(seat) || seats?.indexOf(seat) !== index);
    if (taken.length > 0) return { slug: 'seat-unavailable', pool, seats: taken };
    if (this.left < quantity)
      return { slug: 'insufficient-inventory', pool, requested: quantity, available: this.left };
    for (let count = 0; count < quantity; count += 1) {
      const seat = seats?.[count] ?? given[count];
      expect(this.free === undefined).toBe(seat === undefined);
      if (seat !== undefined) expect(this.free?.delete(seat)).toBe(true);
      this.tickets.push({ purchase, customer, price: this.price.amount, sold: false, seat, heldUntil });
    }
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
        const { price = this.price } = command;
        const { currency } = this.settings.price;
        if (price.currency !== currency) return { slug: 'wrong-currency', pool, currency, field: 'price' };
        return this.turn('PoolRepriced', price.amount !== this.price.amount, () => {
          this.price = price;
        });
      }
      case 'withhold':
        return this.move(command, this.free, this.kept);
      case 'giveBack':
        return this.move(command, this.kept, this.free);
      case 'refresh':
        return [];
      case 'cancelSales':
        return this.turn('PoolCancelled', true, () => {
          this.calledOff = command.reason;
        });
    }
  }

  /** Tickets from the counter to the promoter's drawer, or back. */
  private move(
    { kind, quantity, seats }: Extract<PoolCommand, { kind: 'withhold' | 'giveBack' }>,
    from: Set<string> | undefined,
    to: Set<string> | undefined,
  ): Answer {
    const { name: pool } = this.settings;
    const toDrawer = kind === 'withhold';
    const numbered = this.free !== undefined;
    if (numbered !== (seats !== undefined)) return { slug: 'wrong-numbering', pool, numbered };
    const moved = [...new Set(seats)].filter((seat) => !to?.has(seat));
    const wrong = moved.filter((seat) => !from?.has(seat));
    if (wrong.length > 0) return { slug: 'seat-unavailable', pool, seats: wrong };
    const count = quantity ?? moved.length;
    if (count === 0) return [];
    if (toDrawer && count > this.left) {
      return { slug: 'insufficient-inventory', pool, requested: count, available: this.left };
    }
    if (!toDrawer && count > this.withheld) return { slug: 'not-withheld', pool, withheld: this.withheld };
    for (const seat of moved) {
      from?.delete(seat);
      to?.add(seat);
    }
    this.withheld += toDrawer ? count : -count;
    return [toDrawer ? 'TicketsWithheld' : 'TicketsGivenBack'];
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
          expect(pool.claimed + pool.sold + pool.withheld).toBeLessThanOrEqual(script.capacity);
        }
        const answer = decision.accepted ? decision.events.map(({ type }) => type) : decision.refusal;
        const given = decision.accepted
          ? decision.events.map(({ type, data }) => (type === 'TicketClaimed' ? data.seat : undefined))
          : [];
        expect(answer).toEqual(paper.take(step, given));
        expect(pool.sold).toBe(paper.sold);
        expect(nextRelease(pool)).toBe(paper.nextRelease);
        expect(pool.withheld).toBe(paper.withheld);
        if (paper.free) {
          const { free } = paper;
          const available = seatNames(script.capacity).filter((seat) => pool.seats?.statusOf(seat) === 'available');
          expect(new Set(available)).toEqual(free);
        }
        expect(pool.claimed).toBe(paper.tickets.length - paper.sold);
        for (const [purchase, claims] of pool.claims) {
          expect(claims.map(({ price }) => price.amount)).toEqual(paper.held(purchase));
        }
      });
    }),
    { seed: testSeed(), numRuns: 500 },
  );
});
