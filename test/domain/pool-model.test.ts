import { type Arbitrary, array, assert, constant, constantFrom, integer, oneof, property, record } from 'fast-check';
import {
  available,
  buyTickets,
  claimTickets,
  createPool,
  type Decision,
  evolvePool,
  type Pool,
  type PoolCommand,
  type PoolEvent,
  releaseTickets,
  steerPool,
} from '../../src/domain';
import { euros, poolSettings } from '../support/domain-events';
import { testSeed } from '../support/random';

type Step =
  | { do: 'claim'; purchase: string; quantity: number }
  | { do: 'release' | 'buy'; purchase: string }
  | { do: 'steer'; command: PoolCommand };

const purchase = constantFrom('p', 'q', 'r', 's');
const ending: Arbitrary<Step> = record({ do: constantFrom('release', 'buy'), purchase });
const claim: Arbitrary<Step> = record({ do: constant('claim'), purchase, quantity: integer({ min: 0, max: 5 }) });
const command = oneof<Arbitrary<PoolCommand>[]>(
  constant({ kind: 'stopSales', reason: 'a storm', holds: 'honour' }),
  constant({ kind: 'resumeSales' }),
  constant({ kind: 'openSales' }),
  record({ kind: constant('reprice'), price: integer({ min: 1, max: 9 }).map(euros) }),
);
const rare = oneof<Arbitrary<PoolCommand>[]>(
  constant({ kind: 'closeSales' }),
  constant({ kind: 'cancelSales', reason: 'the band is ill' }),
);
const steps = array(
  oneof(
    { arbitrary: claim, weight: 12 },
    { arbitrary: ending, weight: 8 },
    { arbitrary: command.map((each): Step => ({ do: 'steer', command: each })), weight: 4 },
    { arbitrary: rare.map((each): Step => ({ do: 'steer', command: each })), weight: 1 },
  ),
  { maxLength: 60 },
);

/** A pool as one would keep it on paper: what each purchase holds and paid, and whether the sale goes on. */
class Model {
  readonly held = new Map<string, number[]>();
  readonly sold: number[] = [];
  price = poolSettings().price.amount;
  stopped = false;
  over = false;

  constructor(readonly capacity: number) {}

  get claimed(): number {
    return [...this.held.values()].flat().length;
  }

  take(step: Step): void {
    switch (step.do) {
      case 'claim': {
        const { quantity } = step;
        const allowed = quantity >= 1 && quantity <= poolSettings().maxPerPurchase;
        if (this.stopped || this.over || !allowed || this.claimed + this.sold.length + quantity > this.capacity) return;
        this.held.set(step.purchase, [...(this.held.get(step.purchase) ?? []), ...Array(quantity).fill(this.price)]);
        return;
      }
      case 'buy':
        this.sold.push(...(this.held.get(step.purchase) ?? []));
        this.held.delete(step.purchase);
        return;
      case 'release':
        this.held.delete(step.purchase);
        return;
      case 'steer':
        this.steer(step.command);
    }
  }

  private cancelled = false;

  private steer(steering: PoolCommand): void {
    if (this.cancelled) return;
    if (steering.kind === 'stopSales') this.stopped = true;
    if (steering.kind === 'resumeSales') this.stopped = false;
    if (steering.kind === 'reprice') this.price = steering.price.amount;
    if (steering.kind === 'closeSales') this.over = true;
    if (steering.kind === 'cancelSales') this.over = this.cancelled = true;
  }
}

function decide(pool: Pool, step: Step, nth: number): Decision<PoolEvent> {
  switch (step.do) {
    case 'claim': {
      const ticketIds = Array.from({ length: step.quantity }, (_, index) => `${nth}-${index}`);
      return claimTickets(pool, { pool: pool.name, purchaseId: step.purchase, ticketIds, now: new Date(0) });
    }
    case 'release':
      return { accepted: true, events: releaseTickets(pool, step.purchase) };
    case 'buy':
      return { accepted: true, events: buyTickets(pool, step.purchase) };
    case 'steer':
      return steerPool(pool, pool.name, step.command);
  }
}

function begin(capacity: number): Pool {
  const created = createPool(undefined, poolSettings({ capacity }));
  if (!created.accepted) throw new Error('a new pool was refused');
  return created.events.reduce<Pool | undefined>(evolvePool, undefined) as Pool;
}

it(`a pool never sells more than it has, and counts like a simple model (seed ${testSeed()})`, () => {
  assert(
    property(integer({ min: 1, max: 12 }), steps, (capacity, script) => {
      const model = new Model(capacity);
      let pool = begin(capacity);
      script.forEach((step, nth) => {
        const decision = decide(pool, step, nth);
        for (const event of decision.accepted ? decision.events : []) {
          pool = evolvePool(pool, event);
          expect(available(pool)).toBeGreaterThanOrEqual(0);
          expect([...pool.claims.values()].flat()).toHaveLength(pool.claimed);
        }
        model.take(step);
        expect([pool.claimed, pool.sold]).toEqual([model.claimed, model.sold.length]);
        const prices = [...pool.claims].map(([id, claims]) => [id, claims.map(({ price }) => price.amount)] as const);
        expect(new Map(prices)).toEqual(model.held);
      });
    }),
    { seed: testSeed(), numRuns: 500 },
  );
});
