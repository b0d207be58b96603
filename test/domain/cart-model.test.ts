import { array, assert, constant, constantFrom, integer, oneof, property, record, uniqueArray } from 'fast-check';
import {
  addItem,
  type Cart,
  type CartLine,
  cartLimits,
  changeItem,
  checkOut,
  checkoutRefusal,
  createCart,
  type Decision,
  evolveCart,
  removeItem,
  undoChange,
} from '../../src/domain';
import { lineOfCart } from '../support/cart-events';
import { euros } from '../support/domain-events';
import { testSeed } from '../support/random';

const purchaseId = '0197b3a0-0000-7000-8000-000000000001';
const most = 6;

/** More pools than a cart has lines, and few seats, so that steps meet. */
const pool = integer({ min: 0, max: cartLimits.lines + 1 }).map((nth) => `pool-${nth}`);
const wanted = oneof(
  { arbitrary: integer({ min: 1, max: most }), weight: 3 },
  { arbitrary: uniqueArray(constantFrom('A-1', 'A-2', 'A-3', 'B-1'), { minLength: 1 }), weight: 1 },
);
const step = oneof(
  { arbitrary: record({ do: constant('add' as const), pool, wanted }), weight: 8 },
  { arbitrary: record({ do: constant('change' as const), pool, wanted }), weight: 3 },
  { arbitrary: record({ do: constant('remove' as const), pool }), weight: 2 },
  { arbitrary: record({ do: constant('undo' as const) }), weight: 4 },
);
type Step =
  | { do: 'add' | 'change'; pool: string; wanted: number | string[] }
  | { do: 'remove'; pool: string }
  | { do: 'undo' };

const refusalOf = ({ pool: name, quantity }: CartLine) =>
  quantity > most ? ({ slug: 'invalid-quantity', pool: name, min: 1, max: most } as const) : undefined;

/** A cart on a table: pages of a notebook, one for each state, of which the last is torn off to undo. */
class Notebook {
  readonly pages: Map<string, number | readonly string[]>[] = [new Map()];

  /** Whether the step is written down; what is refused or says nothing new is not. */
  take(taken: Step): 'new' | 'same' | 'refused' {
    if (taken.do === 'undo') return this.pages.length > 1 && this.pages.pop() ? 'new' : 'refused';
    const now = this.pages.at(-1) ?? new Map<string, number | readonly string[]>();
    const before = now.get(taken.pool);
    const after = taken.do === 'remove' ? undefined : this.after(taken, before, now.size);
    if (taken.do !== 'add' && before === undefined) return 'refused';
    if (taken.do !== 'remove' && after === undefined) return 'refused';
    if (JSON.stringify(before) === JSON.stringify(after)) return 'same';
    const page = new Map(now);
    if (after === undefined) page.delete(taken.pool);
    else page.set(taken.pool, after);
    this.pages.push(page);
    return 'new';
  }

  private after(
    taken: Extract<Step, { wanted: unknown }>,
    before: number | readonly string[] | undefined,
    lines: number,
  ): number | readonly string[] | undefined {
    if (taken.do === 'change' || before === undefined) {
      return taken.do === 'add' && lines === cartLimits.lines ? undefined : taken.wanted;
    }
    if (typeof before === 'number') {
      const sum = typeof taken.wanted === 'number' ? before + taken.wanted : Number.NaN;
      return sum <= most ? sum : undefined;
    }
    return typeof taken.wanted === 'number' ? undefined : [...new Set([...before, ...taken.wanted])];
  }
}

function decide(cart: Cart | undefined, taken: Step): Decision<Parameters<typeof evolveCart>[1]> {
  switch (taken.do) {
    case 'add':
      return addItem(cart, lineOfCart(taken.pool, taken.wanted), refusalOf);
    case 'change':
      return changeItem(cart, lineOfCart(taken.pool, taken.wanted), refusalOf);
    case 'remove':
      return removeItem(cart, taken.pool);
    case 'undo':
      return undoChange(cart);
  }
}

const evolve = (cart: Cart | undefined, decision: ReturnType<typeof decide>) =>
  decision.accepted ? decision.events.reduce<Cart | undefined>(evolveCart, cart) : cart;

it(`a cart is what a notebook of its lines says, page by page (seed ${testSeed()})`, () => {
  assert(
    property(array(step, { maxLength: 80 }), (steps: Step[]) => {
      const notebook = new Notebook();
      let cart = evolve(undefined, createCart(undefined, { customerId: 'alice' }));
      for (const taken of steps) {
        const decision = decide(cart, taken);
        const seen = cart?.version ?? 0;
        cart = evolve(cart, decision);
        const went = decision.accepted ? (decision.events.length === 1 ? 'new' : 'same') : 'refused';
        expect([taken, went]).toEqual([taken, notebook.take(taken)]);
        const page = [...(notebook.pages.at(-1) ?? [])];
        expect(cart?.items).toEqual(page.map(([name, of]) => lineOfCart(name, typeof of === 'number' ? of : [...of])));
        expect(cart?.version).toBe(seen + (went === 'new' ? 1 : 0));
        const request = { purchaseId, customerId: 'alice', items: cart?.items ?? [], version: seen };
        expect(checkoutRefusal(cart, request)).toEqual(went === 'new' ? { slug: 'cart-changed' } : undefined);
      }
      if (!cart) throw new Error('the cart is lost');
      const closed = checkOut(cart, { purchaseId, total: euros(1) }).reduce<Cart>(evolveCart, cart);
      for (const taken of steps) {
        expect(decide(closed, taken)).toEqual({ accepted: false, refusal: { slug: 'cart-checked-out', purchaseId } });
      }
    }),
    { seed: testSeed(), numRuns: 300 },
  );
});
