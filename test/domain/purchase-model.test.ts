import { array, assert, constant, constantFrom, integer, oneof, property, record } from 'fast-check';
import {
  confirmPurchase,
  declinePayment,
  type Ending,
  endPurchase,
  evolvePurchase,
  InvariantViolated,
  type Payment,
  type PaymentStart,
  type Purchase,
  type PurchaseEvent,
  type PurchaseStatus,
  refundPayment,
  standingOf,
  startPayment,
  voidPayment,
} from '../../src/domain';
import { euros, purchaseRejected, ticketsReserved } from '../support/domain-events';
import { testSeed } from '../support/random';

type Place = 'nowhere' | Exclude<PurchaseStatus, 'requested'>;
type PaymentStep = { do: 'decline' | 'confirm' | 'refund' | 'void'; payment: string };
type Step =
  | { do: 'start'; payment: string }
  | PaymentStep
  | { do: 'end'; ending: Ending }
  | { do: 'wait'; minutes: number }
  | { do: 'steer the sale'; ended: string | undefined };

const reservedAt = Date.parse('2026-03-01T12:00:00.000Z');
const holdMinutes = 5;
const attempts = 3;
const underWay = 'the one under way';

const payment = oneof(constant(underWay), constantFrom('p1', 'p2', 'p3', 'p4', 'p5'));
const ending = oneof(
  constant<Ending>({ kind: 'expired' }),
  record({ kind: constantFrom('cancelled' as const, 'payment-failed' as const), reason: constant('a reason') }),
);
const step = oneof(
  { arbitrary: record({ do: constantFrom('start' as const, 'decline' as const), payment }), weight: 10 },
  {
    arbitrary: record({ do: constantFrom('confirm' as const, 'refund' as const, 'void' as const), payment }),
    weight: 4,
  },
  { arbitrary: record({ do: constant('end' as const), ending }), weight: 1 },
  { arbitrary: record({ do: constant('wait' as const), minutes: integer({ min: 1, max: 2 }) }), weight: 1 },
  { arbitrary: record({ do: constant('steer the sale' as const), ended: constantFrom('rain', undefined) }), weight: 1 },
);
const beginnings: Record<'nowhere' | 'reserved' | 'rejected', PurchaseEvent[]> = {
  nowhere: [],
  reserved: [ticketsReserved()],
  rejected: [purchaseRejected()],
};

/** What came of a step: nothing, one event, or that it must not be taken. */
type Went = 'nothing' | 'on' | 'never';

/** A purchase as a customer would tell its story: where it is, how each of its payments went, and what the world did. */
class Story {
  readonly payments = new Map<string, Payment['status']>();
  private minutes = 0;
  private saleEnded: string | undefined;

  constructor(public place: Place) {}

  get isOpen(): boolean {
    return this.place === 'reserved' || this.place === 'paying';
  }

  get declines(): number {
    return [...this.payments.values()].filter((status) => status === 'declined').length;
  }

  get current(): string | undefined {
    return [...this.payments].find(([, status]) => status === 'started')?.[0];
  }

  get circumstances() {
    return { now: new Date(reservedAt + this.minutes * 60_000), saleEnded: this.saleEnded };
  }

  wait(minutes: number): void {
    this.minutes += minutes;
  }

  steer(ended: string | undefined): void {
    this.saleEnded = ended;
  }

  start(id: string): { start: PaymentStart; went: Went } {
    const start = this.answer(id);
    if (start.status !== 'started' || this.payments.has(id)) return { start, went: 'nothing' };
    return { start, went: this.go(id, 'started', 'paying') };
  }

  take({ do: what, payment: id }: PaymentStep): Went {
    const before = this.payments.get(id);
    const { place, isOpen } = this;
    switch (what) {
      case 'decline':
        return isOpen && before === 'started' ? this.go(id, 'declined', 'reserved') : 'nothing';
      case 'confirm':
        return isOpen && before === 'started' ? this.go(id, 'captured', 'confirmed') : 'nothing';
      case 'void':
        if (place === 'nowhere' || place === 'rejected') return 'never';
        return before === 'started' ? this.go(id, 'voided', place === 'paying' ? 'reserved' : place) : 'nothing';
      case 'refund':
        if (isOpen || place === 'nowhere' || before === 'captured') return 'never';
        if (place === 'rejected' || before === 'refunded') return 'nothing';
        return this.go(id, 'refunded', place === 'confirmed' ? 'confirmed' : 'refunded');
    }
  }

  end({ kind }: Ending): Went {
    if (!this.isOpen) return 'nothing';
    this.place = kind;
    return 'on';
  }

  private go(id: string, status: Payment['status'], place: Place): Went {
    this.payments.set(id, status);
    this.place = place;
    return 'on';
  }

  private answer(id: string): PaymentStart {
    const { isOpen, current, saleEnded: reason, minutes } = this;
    const before = this.payments.get(id);
    if (!isOpen) return { status: 'closed' };
    if (before !== undefined && before !== 'started') return { status: 'settled' };
    if (minutes >= holdMinutes) return { status: 'hold-ended' };
    if (reason !== undefined) return { status: 'sale-ended', reason };
    if (current !== undefined && current !== id) return { status: 'unsettled', paymentId: current };
    return this.declines < attempts ? { status: 'started' } : { status: 'closed' };
  }
}

function decide(purchase: Purchase | undefined, { do: what, payment: paymentId }: PaymentStep): PurchaseEvent[] {
  switch (what) {
    case 'decline':
      return declinePayment(purchase, { paymentId, reason: 'no funds' });
    case 'confirm':
      return confirmPurchase(purchase, 'an-id', paymentId);
    case 'void':
      return voidPayment(purchase, paymentId);
    case 'refund':
      return refundPayment(purchase, { paymentId, amount: euros(50) });
  }
}

function orNever(decision: () => PurchaseEvent[]): PurchaseEvent[] | 'never' {
  try {
    return decision();
  } catch (error) {
    expect(error).toBeInstanceOf(InvariantViolated);
    return 'never';
  }
}

/** A purchase and its story, which go the same way step by step. */
class Play {
  private purchase: Purchase | undefined;
  readonly story: Story;

  constructor(
    begun: keyof typeof beginnings,
    private readonly seen: (what: string) => void,
  ) {
    this.story = new Story(begun);
    this.purchase = beginnings[begun].reduce<Purchase | undefined>(evolvePurchase, undefined);
  }

  take(taken: Step): void {
    const { story, purchase } = this;
    switch (taken.do) {
      case 'wait':
        story.wait(taken.minutes);
        break;
      case 'steer the sale':
        story.steer(taken.ended);
        break;
      case 'end':
        this.expect(endPurchase(purchase, taken.ending), story.end(taken.ending));
        break;
      case 'start':
        this.start(this.named(taken.payment));
        break;
      default:
        this.settle({ ...taken, payment: this.named(taken.payment) });
    }
  }

  private start(paymentId: string): void {
    const { story, purchase } = this;
    const { start, events } = startPayment(purchase, { paymentId, method: 'creditCard' }, story.circumstances);
    const told = story.start(paymentId);
    expect(start).toEqual(told.start);
    this.seen(start.status);
    this.expect(events, told.went);
  }

  private settle(taken: PaymentStep): void {
    const { story, purchase } = this;
    this.expect(
      orNever(() => decide(purchase, taken)),
      story.take(taken),
    );
  }

  private named = (id: string) => (id === underWay ? (this.story.current ?? 'p1') : id);

  private expect(events: PurchaseEvent[] | 'never', went: Went): void {
    if (events === 'never' || went === 'never') {
      expect([events, went]).toEqual(['never', 'never']);
      return;
    }
    expect(events).toHaveLength(went === 'on' ? 1 : 0);
    this.purchase = events.reduce<Purchase | undefined>(evolvePurchase, this.purchase);
    this.expectSame();
  }

  private expectSame(): void {
    const { story, purchase } = this;
    expect(purchase?.status ?? 'nowhere').toBe(story.place);
    this.seen(story.place);
    if (!purchase || purchase.status === 'rejected') return;
    const { payments, orderId } = purchase;
    const count = (wanted: Payment['status']) => payments.filter(({ status }) => status === wanted).length;
    const { status, attemptsLeft, unsettled } = standingOf(purchase);
    expect({
      payments: Object.fromEntries(payments.map((each) => [each.id, each.status])),
      captured: count('captured'),
      isPaying: story.isOpen && count('started') === 1,
      isOrder: orderId !== undefined,
      status,
      attemptsLeft,
      unsettled,
    }).toEqual({
      payments: Object.fromEntries(story.payments),
      captured: story.place === 'confirmed' ? 1 : 0,
      isPaying: story.place === 'paying',
      isOrder: story.place === 'confirmed',
      status: story.place,
      attemptsLeft: attempts - story.declines,
      unsettled: story.current === undefined ? [] : [story.current],
    });
  }
}

const answers: PaymentStart['status'][] = ['started', 'settled', 'unsettled', 'hold-ended', 'sale-ended', 'closed'];
const places: Place[] = [
  'nowhere',
  'rejected',
  'reserved',
  'paying',
  'confirmed',
  'expired',
  'cancelled',
  'payment-failed',
  'refunded',
];

it(`a purchase goes the ways of a small state machine and no other (seed ${testSeed()})`, () => {
  const beginning = oneof(
    { arbitrary: constant('reserved' as const), weight: 8 },
    { arbitrary: constantFrom('rejected' as const, 'nowhere' as const), weight: 1 },
  );
  const script = array(step, { maxLength: 25, size: 'max' });
  const seen = new Set<string>();
  assert(
    property(beginning, script, integer({ min: 1, max: 2 }), (begun, steps, times) => {
      const play = new Play(begun, (what) => seen.add(what));
      for (const taken of steps.flatMap((each) => Array<Step>(times).fill(each))) play.take(taken);
    }),
    { seed: testSeed(), numRuns: 500 },
  );
  expect(seen).toEqual(new Set([...answers, ...places]));
});
