import {
  confirmPurchase,
  declinePayment,
  evolvePurchase,
  isPaidBy,
  orderId,
  type PaymentCircumstances,
  type PaymentStart,
  type Purchase,
  type PurchaseEvent,
  refundPayment,
  standingOf,
  startPayment,
  voidPayment,
} from '../../src/domain';
import {
  euros,
  paymentDeclined,
  paymentStarted,
  paymentVoided,
  purchaseEndings,
  purchaseRejected,
  ticketsReserved,
} from '../support/domain-events';
import { scenarios } from '../support/scenario';

const { given, stateAfter } = scenarios(evolvePurchase);
const purchaseId = '0197b3a0-0000-7000-8000-000000000001';
const endings = purchaseEndings.map(({ event }) => event);
const expired: PurchaseEvent = {
  type: 'PurchaseExpired',
  data: { reason: 'the hold ended before it was paid' },
};

const confirmed: PurchaseEvent = {
  type: 'PurchaseConfirmed',
  data: { orderId: orderId(purchaseId), paymentId: 'pay-1', total: euros(50) },
};
const refunded = (paymentId: string): PurchaseEvent => ({
  type: 'PaymentRefunded',
  data: { paymentId, amount: euros(50) },
});
const attempt = (nth: number) => [paymentStarted(`pay-${nth}`), paymentDeclined(`pay-${nth}`, 3 - nth)];
/** Reserved, with a payment under way. */
const paying = [ticketsReserved(), paymentStarted('pay-1')];
const bought = [...paying, confirmed];

const inTime: PaymentCircumstances = { now: new Date('2026-03-01T12:04:59.999Z'), saleEnded: undefined };
const tooLate = { ...inTime, now: new Date('2026-03-01T12:05:00.000Z') };
const saleOver = { ...inTime, saleEnded: 'the sale was stopped: rain' };

const declining = (paymentId: string) => (purchase: Purchase | undefined) =>
  declinePayment(purchase, { paymentId, reason: 'card declined' });
const confirmingBy = (paymentId: string) => (purchase: Purchase | undefined) =>
  confirmPurchase(purchase, purchaseId, paymentId);
const refunding = (paymentId: string) => (purchase: Purchase | undefined) =>
  refundPayment(purchase, { paymentId, amount: euros(50) });
const voiding = (paymentId: string) => (purchase: Purchase | undefined) => voidPayment(purchase, paymentId);

/** What a payment that is to be taken hears, and what is written of it. */
function startingAfter(events: readonly PurchaseEvent[], paymentId: string, circumstances = inTime) {
  const starting = (purchase: Purchase | undefined) =>
    startPayment(purchase, { paymentId, method: 'creditCard' }, circumstances);
  const { start } = starting(stateAfter(...events));
  return {
    gives(...expected: PurchaseEvent[]) {
      expect(start).toEqual({ status: 'started' });
      given(...events)
        .when((purchase) => starting(purchase).events)
        .gives(...expected);
    },
    writesNothingAndSays(answer: PaymentStart) {
      expect(start).toEqual(answer);
      given(...events)
        .when((purchase) => starting(purchase).events)
        .givesNothing();
    },
  };
}

const expectViolation = (run: () => unknown) =>
  expect(run).toThrow(expect.objectContaining({ name: 'InvariantViolated' }));

const withoutTickets: [string, PurchaseEvent[]][] = [
  ['nothing was reserved', []],
  ['it was rejected', [purchaseRejected()]],
];
const closed: [string, PurchaseEvent[]][] = [
  ...withoutTickets,
  ['it was confirmed', bought],
  ...purchaseEndings.map(({ event, status }): [string, PurchaseEvent[]] => [`it is ${status}`, [...paying, event]]),
];

describe('starting a payment', () => {
  it('is written down while the tickets are held, and the purchase is being paid', () => {
    startingAfter([ticketsReserved()], 'pay-1').gives(paymentStarted('pay-1'));
    expect(stateAfter(...paying)).toMatchObject({ status: 'paying', payments: [{ id: 'pay-1', status: 'started' }] });
  });

  it('again says that it was started, and writes nothing', () => {
    startingAfter(paying, 'pay-1').writesNothingAndSays({ status: 'started' });
  });

  it('may follow one that was declined or voided', () => {
    startingAfter([ticketsReserved(), ...attempt(1)], 'pay-2').gives(paymentStarted('pay-2'));
    startingAfter([...paying, paymentVoided('pay-1')], 'pay-2').gives(paymentStarted('pay-2'));
  });

  it('is not for a payment that has its outcome', () => {
    const settled = { status: 'settled' } as const;
    startingAfter([ticketsReserved(), ...attempt(1)], 'pay-1').writesNothingAndSays(settled);
    startingAfter([...paying, paymentVoided('pay-1')], 'pay-1').writesNothingAndSays(settled);
  });

  it('waits for the outcome of another one', () => {
    startingAfter(paying, 'pay-2').writesNothingAndSays({ status: 'unsettled', paymentId: 'pay-1' });
  });

  it('ends with the hold, also for one that was started before', () => {
    startingAfter([ticketsReserved()], 'pay-1', tooLate).writesNothingAndSays({ status: 'hold-ended' });
    startingAfter(paying, 'pay-1', tooLate).writesNothingAndSays({ status: 'hold-ended' });
  });

  it('ends with the sale, and says why', () => {
    const over = { status: 'sale-ended', reason: 'the sale was stopped: rain' } as const;
    startingAfter([ticketsReserved()], 'pay-1', saleOver).writesNothingAndSays(over);
    startingAfter(paying, 'pay-1', saleOver).writesNothingAndSays(over);
  });

  it('ends with the third decline; a void is none', () => {
    const twice = [ticketsReserved(), ...attempt(1), ...attempt(2)];
    const voided = [paymentStarted('pay-v'), paymentVoided('pay-v')];
    startingAfter([...twice, ...voided], 'pay-3').gives(paymentStarted('pay-3'));
    startingAfter([...twice, ...attempt(3)], 'pay-4').writesNothingAndSays({ status: 'closed' });
  });

  it.each(closed)('is refused where %s', (_, events) => {
    startingAfter(events, 'pay-9').writesNothingAndSays({ status: 'closed' });
    startingAfter(events, 'pay-1').writesNothingAndSays({ status: 'closed' });
  });
});

describe('declining a payment', () => {
  it('leaves the purchase reserved, with one attempt less', () => {
    given(...paying)
      .when(declining('pay-1'))
      .gives(paymentDeclined('pay-1', 2));
    given(ticketsReserved(), ...attempt(1), paymentStarted('pay-2'))
      .when(declining('pay-2'))
      .gives(paymentDeclined('pay-2', 1));
    given(ticketsReserved(), ...attempt(1), ...attempt(2), paymentStarted('pay-3'))
      .when(declining('pay-3'))
      .gives(paymentDeclined('pay-3', 0));
    expect(stateAfter(...paying, paymentDeclined('pay-1', 2))).toMatchObject({
      status: 'reserved',
      payments: [{ id: 'pay-1', status: 'declined', reason: 'card declined', attemptsLeft: 2 }],
    });
  });

  it('happens once, and not to a payment that was voided', () => {
    given(ticketsReserved(), ...attempt(1))
      .when(declining('pay-1'))
      .givesNothing();
    given(...paying, paymentVoided('pay-1'))
      .when(declining('pay-1'))
      .givesNothing();
  });

  it.each(closed)('leaves no trace where %s', (_, events) => {
    given(...events)
      .when(declining('pay-1'))
      .givesNothing();
  });
});

describe('confirming a purchase', () => {
  it('gives it its order id, by the payment that is under way', () => {
    given(...paying)
      .when(confirmingBy('pay-1'))
      .gives(confirmed);
    expect(stateAfter(...bought)).toMatchObject({
      status: 'confirmed',
      orderId: orderId(purchaseId),
      payments: [{ id: 'pay-1', status: 'captured' }],
    });
  });

  it('is never by a payment that was not started, or has another outcome', () => {
    given(ticketsReserved()).when(confirmingBy('pay-1')).givesNothing();
    given(...paying)
      .when(confirmingBy('pay-2'))
      .givesNothing();
    given(...paying, paymentVoided('pay-1'))
      .when(confirmingBy('pay-1'))
      .givesNothing();
    given(ticketsReserved(), ...attempt(1), paymentStarted('pay-2'))
      .when(confirmingBy('pay-1'))
      .givesNothing();
  });

  it.each(closed)('does nothing where %s', (_, events) => {
    given(...events)
      .when(confirmingBy('pay-1'))
      .givesNothing();
  });

  it('makes it paid by that payment and by no other', () => {
    const purchase = stateAfter(ticketsReserved(), ...attempt(2), paymentStarted('pay-1'), confirmed);
    expect(['pay-1', 'pay-2', 'pay-9'].map((id) => isPaidBy(purchase, id))).toEqual([true, false, false]);
    for (const events of [[], [purchaseRejected()], paying, [...paying, expired, refunded('pay-1')]]) {
      expect(isPaidBy(stateAfter(...events), 'pay-1')).toBe(false);
    }
  });
});

describe('refunding a payment', () => {
  it('is written down once, after any ending', () => {
    for (const event of endings) {
      given(...paying, event)
        .when(refunding('pay-1'))
        .gives(refunded('pay-1'));
      given(...paying, event, refunded('pay-1'))
        .when(refunding('pay-1'))
        .givesNothing();
    }
    expect(stateAfter(...paying, expired, refunded('pay-1'))).toMatchObject({
      status: 'refunded',
      payments: [{ id: 'pay-1', status: 'refunded' }],
    });
  });

  it('is written down for each payment of a refunded purchase', () => {
    const both = [...paying, expired, refunded('pay-1')];
    given(...both)
      .when(refunding('pay-2'))
      .gives(refunded('pay-2'));
    given(...both, refunded('pay-2'))
      .when(refunding('pay-2'))
      .givesNothing();
  });

  it('of a payment that does not count leaves the purchase confirmed, by the one that does', () => {
    given(...bought)
      .when(refunding('pay-2'))
      .gives(refunded('pay-2'));
    given(...bought, refunded('pay-2'))
      .when(refunding('pay-2'))
      .givesNothing();
    expect(stateAfter(...bought, refunded('pay-2'))).toMatchObject({
      status: 'confirmed',
      orderId: orderId(purchaseId),
      payments: [
        { id: 'pay-1', status: 'captured' },
        { id: 'pay-2', status: 'refunded' },
      ],
    });
  });

  it('does nothing where the purchase was rejected', () => {
    given(purchaseRejected()).when(refunding('pay-1')).givesNothing();
  });

  it.each<[string, PurchaseEvent[]]>([
    ['nothing was reserved', []],
    ['the tickets are still held', [ticketsReserved()]],
    ['a payment is under way', paying],
    ['it is the payment that counts', bought],
    ['it counts, and another one was refunded', [...bought, refunded('pay-2')]],
  ])('is a bug where %s', (_, events) => {
    expectViolation(() => refunding('pay-1')(stateAfter(...events)));
  });
});

describe('voiding a payment', () => {
  it('that has no outcome makes the purchase reserved again', () => {
    given(...paying)
      .when(voiding('pay-1'))
      .gives(paymentVoided('pay-1'));
    expect(stateAfter(...paying, paymentVoided('pay-1'))).toMatchObject({
      status: 'reserved',
      payments: [{ id: 'pay-1', status: 'voided' }],
    });
  });

  it('of a purchase that has ended leaves it ended', () => {
    for (const { event, status } of purchaseEndings) {
      given(...paying, event)
        .when(voiding('pay-1'))
        .gives(paymentVoided('pay-1'));
      expect(stateAfter(...paying, event, paymentVoided('pay-1'))).toMatchObject({
        status,
        payments: [{ id: 'pay-1', status: 'voided' }],
      });
    }
  });

  it.each<[string, PurchaseEvent[]]>([
    ['was not started', [ticketsReserved()]],
    ['was declined', [ticketsReserved(), ...attempt(1)]],
    ['was voided before', [...paying, paymentVoided('pay-1')]],
    ['is the one that counts', bought],
    ['was refunded', [...paying, expired, refunded('pay-1')]],
  ])('does nothing where it %s', (_, events) => {
    given(...events)
      .when(voiding('pay-1'))
      .givesNothing();
  });

  it.each(withoutTickets)('is a bug where %s', (_, events) => {
    expectViolation(() => voiding('pay-1')(stateAfter(...events)));
  });
});

describe('the standing of a purchase', () => {
  it('says what whoever goes on with it must know', () => {
    expect(standingOf(stateAfter(ticketsReserved()))).toEqual({ status: 'reserved', attemptsLeft: 3, unsettled: [] });
    expect(standingOf(stateAfter(...paying))).toEqual({ status: 'paying', attemptsLeft: 3, unsettled: ['pay-1'] });
    expect(standingOf(stateAfter(...bought))).toEqual({
      status: 'confirmed',
      orderId: orderId(purchaseId),
      attemptsLeft: 3,
      unsettled: [],
    });
    expect(standingOf(stateAfter(ticketsReserved(), ...attempt(1), paymentStarted('pay-2'), expired))).toEqual({
      status: 'expired',
      reason: 'the hold ended before it was paid',
      attemptsLeft: 2,
      declined: 'card declined',
      unsettled: ['pay-2'],
    });
  });

  it('counts the attempts down to none', () => {
    const left = [1, 2, 3].map((tried) => {
      const attempts = Array.from({ length: tried }, (_, index) => attempt(index + 1)).flat();
      return standingOf(stateAfter(ticketsReserved(), ...attempts)).attemptsLeft;
    });
    expect(left).toEqual([2, 1, 0]);
  });

  it.each(withoutTickets)('is a bug to ask for where %s', (_, events) => {
    expectViolation(() => standingOf(stateAfter(...events)));
  });
});
