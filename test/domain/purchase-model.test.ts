import { array, assert, constant, constantFrom, integer, oneof, property, record } from 'fast-check';
import {
  confirmPurchase,
  declinePayment,
  type Ending,
  endPurchase,
  evolvePurchase,
  InvariantViolated,
  type Purchase,
  type PurchaseEvent,
  refundPayment,
  startPayment,
} from '../../src/domain';
import { euros, ticketsReserved } from '../support/domain-events';
import { testSeed } from '../support/random';

type Place = 'nowhere' | 'reserved' | 'paying' | 'confirmed' | 'rejected' | 'refunded' | Ending['kind'];
type Step = { do: 'start' | 'decline' | 'confirm' | 'refund'; payment: string } | { do: 'end'; ending: Ending };

const payment = constantFrom('p1', 'p2', 'p3');
const ending = oneof(
  constant<Ending>({ kind: 'expired' }),
  record({ kind: constantFrom('cancelled' as const, 'payment-failed' as const), reason: constant('a reason') }),
);
const step = oneof(
  { arbitrary: record({ do: constantFrom('start' as const, 'decline' as const), payment }), weight: 6 },
  { arbitrary: record({ do: constantFrom('confirm' as const, 'refund' as const), payment }), weight: 2 },
  { arbitrary: record({ do: constant('end' as const), ending }), weight: 1 },
);
const beginnings: Record<'nowhere' | 'reserved' | 'rejected', PurchaseEvent[]> = {
  nowhere: [],
  reserved: [ticketsReserved()],
  rejected: [
    {
      type: 'PurchaseRejected',
      data: { customerId: 'alice', items: [], refusal: { slug: 'sales-not-open', pool: 'spring-gig' } },
    },
  ],
};

type Ways = Partial<Record<Step['do'], 'never' | ((step: Step) => Place)>>;

const whileItHoldsTickets: Ways = {
  start: () => 'paying',
  decline: () => 'reserved',
  confirm: () => 'confirmed',
  end: (taken) => (taken.do === 'end' ? taken.ending.kind : 'nowhere'),
  refund: 'never',
};
const onceItHasNone: Ways = { refund: () => 'refunded' };

/** Where each step leads from each place; left out where it leads nowhere, and `never` where it must not be taken. */
const ways: Record<Place, Ways> = {
  nowhere: { refund: 'never' },
  rejected: {},
  reserved: whileItHoldsTickets,
  paying: whileItHoldsTickets,
  confirmed: { refund: 'never' },
  expired: onceItHasNone,
  cancelled: onceItHasNone,
  'payment-failed': onceItHasNone,
  refunded: {},
};

/** A purchase as a customer would tell its story: where it is, and how each of its payments went. */
class Story {
  readonly payments = new Map<string, string>();

  constructor(public place: Place) {}

  take(taken: Step): 'nothing' | 'never' | 'on' {
    const way = ways[this.place][taken.do];
    if (way === 'never') return 'never';
    if (way === undefined || this.isRepeated(taken)) return 'nothing';
    this.place = way(taken);
    if (taken.do !== 'end') {
      const went = { start: 'started', decline: 'declined', confirm: 'captured', refund: 'refunded' }[taken.do];
      this.payments.set(taken.payment, went);
    }
    return 'on';
  }

  private isRepeated(taken: Step): boolean {
    if (taken.do === 'start') return this.payments.has(taken.payment);
    return taken.do === 'decline' && this.payments.get(taken.payment) === 'declined';
  }
}

function decide(purchase: Purchase | undefined, taken: Step): PurchaseEvent[] {
  switch (taken.do) {
    case 'start':
      return startPayment(purchase, { paymentId: taken.payment, method: 'creditCard' });
    case 'decline':
      return declinePayment(purchase, { paymentId: taken.payment, reason: 'no funds', attemptsLeft: 1 });
    case 'confirm':
      return purchase && purchase.status !== 'rejected' ? confirmPurchase(purchase, 'an-id', taken.payment) : [];
    case 'refund':
      return refundPayment(purchase, { paymentId: taken.payment, amount: euros(50) });
    case 'end':
      return endPurchase(purchase, taken.ending);
  }
}

function decided(purchase: Purchase | undefined, taken: Step): PurchaseEvent[] | 'never' {
  try {
    return decide(purchase, taken);
  } catch (error) {
    expect(error).toBeInstanceOf(InvariantViolated);
    return 'never';
  }
}

it(`a purchase goes the ways of a small state machine and no other (seed ${testSeed()})`, () => {
  const beginning = constantFrom<(keyof typeof beginnings)[]>(
    'reserved',
    'reserved',
    'reserved',
    'rejected',
    'nowhere',
  );
  const script = array(step, { maxLength: 25 });
  assert(
    property(beginning, script, integer({ min: 1, max: 2 }), (begun, steps, times) => {
      const story = new Story(begun);
      let purchase = beginnings[begun].reduce<Purchase | undefined>(evolvePurchase, undefined);
      for (const taken of steps.flatMap((each) => Array<Step>(times).fill(each))) {
        const events = decided(purchase, taken);
        const went = story.take(taken);
        if (events === 'never') {
          expect(went).toBe('never');
          continue;
        }
        expect(events).toHaveLength(went === 'on' ? 1 : 0);
        purchase = events.reduce<Purchase | undefined>(evolvePurchase, purchase);
        expect(purchase?.status ?? 'nowhere').toBe(story.place);
        if (purchase && purchase.status !== 'rejected') {
          expect(new Map(purchase.payments.map(({ id, status }) => [id, status]))).toEqual(story.payments);
          expect(purchase.payments.filter(({ status }) => status === 'captured').length).toBeLessThanOrEqual(1);
          expect(purchase.orderId !== undefined).toBe(story.place === 'confirmed');
        }
      }
    }),
    { seed: testSeed(), numRuns: 500 },
  );
});
