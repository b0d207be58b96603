import {
  confirmPurchase,
  declinePayment,
  type Ending,
  endPurchase,
  evolvePurchase,
  isOpen,
  orderId,
  type Purchase,
  type PurchaseEvent,
  refundPayment,
  startPayment,
} from '../../src/domain';
import { euros, ticketsReserved } from '../support/domain-events';
import { scenarios } from '../support/scenario';

const { given, stateAfter } = scenarios(evolvePurchase);
const purchaseId = '0197b3a0-0000-7000-8000-000000000001';
const started = (paymentId: string): PurchaseEvent => ({
  type: 'PaymentStarted',
  data: { paymentId, method: 'creditCard' },
});
const declined = (paymentId: string, attemptsLeft: number): PurchaseEvent => ({
  type: 'PaymentDeclined',
  data: { paymentId, reason: 'card declined', attemptsLeft },
});
const confirmed: PurchaseEvent = {
  type: 'PurchaseConfirmed',
  data: { orderId: orderId(purchaseId), paymentId: 'pay-1', total: euros(50) },
};
const refunded: PurchaseEvent = { type: 'PaymentRefunded', data: { paymentId: 'pay-1', amount: euros(50) } };
const rejected: PurchaseEvent = {
  type: 'PurchaseRejected',
  data: {
    customerId: 'alice',
    items: [{ pool: 'spring-gig', quantity: 1 }],
    refusal: { slug: 'sales-not-open', pool: 'spring-gig' },
  },
};

const starting = (paymentId: string) => (purchase: Purchase | undefined) =>
  startPayment(purchase, { paymentId, method: 'creditCard' });
const declining = (paymentId: string, attemptsLeft: number) => (purchase: Purchase | undefined) =>
  declinePayment(purchase, { paymentId, reason: 'card declined', attemptsLeft });
const confirming = (purchase: Purchase | undefined) =>
  purchase && purchase.status !== 'rejected' ? confirmPurchase(purchase, purchaseId, 'pay-1') : [];
const ending = (how: Ending) => (purchase: Purchase | undefined) => endPurchase(purchase, how);
const refunding = (purchase: Purchase | undefined) =>
  refundPayment(purchase, { paymentId: 'pay-1', amount: euros(50) });

const endings: [Ending, PurchaseEvent, string][] = [
  [{ kind: 'expired' }, { type: 'PurchaseExpired', data: { reason: 'the hold ended before it was paid' } }, 'expired'],
  [
    { kind: 'cancelled', reason: 'changed my mind' },
    { type: 'PurchaseCancelled', data: { reason: 'changed my mind' } },
    'cancelled',
  ],
  [
    { kind: 'payment-failed', reason: 'card declined' },
    { type: 'PaymentFailed', data: { reason: 'card declined' } },
    'payment-failed',
  ],
];

describe('a payment of a purchase', () => {
  it('is started while the tickets are held, once per payment id', () => {
    given(ticketsReserved()).when(starting('pay-1')).gives(started('pay-1'));
    given(ticketsReserved(), started('pay-1')).when(starting('pay-1')).givesNothing();
    given(ticketsReserved(), started('pay-1'), declined('pay-1', 2)).when(starting('pay-1')).givesNothing();
  });

  it('may follow a declined one', () => {
    given(ticketsReserved(), started('pay-1'), declined('pay-1', 2)).when(starting('pay-2')).gives(started('pay-2'));
  });

  it('is declined once, and leaves the purchase reserved', () => {
    given(ticketsReserved(), started('pay-1')).when(declining('pay-1', 2)).gives(declined('pay-1', 2));
    given(ticketsReserved(), started('pay-1'), declined('pay-1', 2)).when(declining('pay-1', 2)).givesNothing();
    expect(stateAfter(ticketsReserved(), started('pay-1'))?.status).toBe('paying');
    expect(stateAfter(ticketsReserved(), started('pay-1'), declined('pay-1', 2))).toMatchObject({
      status: 'reserved',
      payments: [{ id: 'pay-1', status: 'declined', reason: 'card declined', attemptsLeft: 2 }],
    });
  });

  it.each<[string, PurchaseEvent[]]>([
    ['nothing was reserved', []],
    ['it was rejected', [rejected]],
    ['it was confirmed', [ticketsReserved(), confirmed]],
    ...endings.map(([, event, status]): [string, PurchaseEvent[]] => [`it is ${status}`, [ticketsReserved(), event]]),
  ])('leaves no trace where %s', (_, events) => {
    given(...events)
      .when(starting('pay-9'))
      .givesNothing();
    given(...events)
      .when(declining('pay-9', 1))
      .givesNothing();
  });
});

describe('confirming a purchase', () => {
  it('gives it its order id, whether paying or still reserved', () => {
    given(ticketsReserved(), started('pay-1')).when(confirming).gives(confirmed);
    given(ticketsReserved()).when(confirming).gives(confirmed);
    expect(stateAfter(ticketsReserved(), started('pay-1'), confirmed)).toMatchObject({
      status: 'confirmed',
      orderId: orderId(purchaseId),
      payments: [{ id: 'pay-1', status: 'captured' }],
    });
  });

  it('happens once, and never after the purchase ended', () => {
    given(ticketsReserved(), confirmed).when(confirming).givesNothing();
    for (const [, event] of endings) given(ticketsReserved(), event).when(confirming).givesNothing();
  });
});

describe('ending a purchase', () => {
  it.each(endings)('gives back an open one: %p', (how, event, status) => {
    given(ticketsReserved()).when(ending(how)).gives(event);
    given(ticketsReserved(), started('pay-1')).when(ending(how)).gives(event);
    expect(stateAfter(ticketsReserved(), event)?.status).toBe(status);
    expect(isOpen(stateAfter(ticketsReserved(), event))).toBe(false);
  });

  it.each(endings)('changes nothing where it has ended or was confirmed: %p', (how) => {
    for (const [, event] of endings) given(ticketsReserved(), event).when(ending(how)).givesNothing();
    given(ticketsReserved(), confirmed).when(ending(how)).givesNothing();
    given(rejected).when(ending(how)).givesNothing();
    given().when(ending(how)).givesNothing();
  });
});

describe('refunding a payment', () => {
  it('is written down once, after any ending', () => {
    for (const [, event] of endings) {
      given(ticketsReserved(), started('pay-1'), event).when(refunding).gives(refunded);
      given(ticketsReserved(), started('pay-1'), event, refunded).when(refunding).givesNothing();
    }
    expect(
      stateAfter(
        ticketsReserved(),
        { type: 'PurchaseExpired', data: { reason: 'the hold ended before it was paid' } },
        refunded,
      ),
    ).toMatchObject({
      status: 'refunded',
      payments: [{ id: 'pay-1', status: 'refunded' }],
    });
  });

  it.each<[string, PurchaseEvent[]]>([
    ['nothing was reserved', []],
    ['the tickets are still held', [ticketsReserved()]],
    ['a payment is under way', [ticketsReserved(), started('pay-1')]],
    ['the purchase is confirmed', [ticketsReserved(), confirmed]],
  ])('is a bug where %s', (_, events) => {
    expect(() => refunding(stateAfter(...events))).toThrow(expect.objectContaining({ name: 'InvariantViolated' }));
  });
});

describe('the state of a purchase', () => {
  it('keeps every payment in the order of its attempts', () => {
    const tried = stateAfter(
      ticketsReserved(),
      started('pay-1'),
      declined('pay-1', 2),
      started('pay-2'),
      declined('pay-2', 1),
    );
    expect(tried).toMatchObject({ payments: [{ id: 'pay-1' }, { id: 'pay-2' }] });
  });

  it('cannot go on where nothing was reserved', () => {
    const impossible = [[started('pay-1')], [rejected, started('pay-1')], [rejected, confirmed]];
    for (const events of impossible) {
      expect(() => stateAfter(...events)).toThrow(expect.objectContaining({ name: 'InvariantViolated' }));
    }
  });
});
