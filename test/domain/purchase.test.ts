import { type Ending, endPurchase, evolvePurchase, isOpen, type Purchase, type PurchaseEvent } from '../../src/domain';
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
const confirmed: PurchaseEvent = {
  type: 'PurchaseConfirmed',
  data: { orderId: 'an-order', paymentId: 'pay-1', total: euros(50) },
};
const ending = (how: Ending) => (purchase: Purchase | undefined) => endPurchase(purchase, how);
const expectViolation = (run: () => unknown) =>
  expect(run).toThrow(expect.objectContaining({ name: 'InvariantViolated' }));

describe('ending a purchase', () => {
  it.each(purchaseEndings)('gives back an open one, which is then $status', ({ ending: how, event, status }) => {
    given(ticketsReserved()).when(ending(how)).gives(event);
    given(ticketsReserved(), paymentStarted('pay-1')).when(ending(how)).gives(event);
    given(ticketsReserved(), paymentStarted('pay-1'), paymentVoided('pay-1')).when(ending(how)).gives(event);
    expect(stateAfter(ticketsReserved(), event)?.status).toBe(status);
    expect(isOpen(stateAfter(ticketsReserved(), event))).toBe(false);
  });

  it.each(purchaseEndings)('changes nothing where it has ended or was confirmed: $status', ({ ending: how }) => {
    for (const { event } of purchaseEndings) given(ticketsReserved(), event).when(ending(how)).givesNothing();
    given(ticketsReserved(), paymentStarted('pay-1'), confirmed).when(ending(how)).givesNothing();
    given(purchaseRejected()).when(ending(how)).givesNothing();
    given().when(ending(how)).givesNothing();
  });
});

describe('the state of a purchase', () => {
  it('keeps every payment in the order of its attempts', () => {
    const tried = stateAfter(
      ticketsReserved(),
      paymentStarted('pay-1'),
      paymentDeclined('pay-1', 2),
      paymentStarted('pay-2'),
      paymentVoided('pay-2'),
      paymentStarted('pay-3'),
    );
    expect(tried).toMatchObject({ payments: [{ id: 'pay-1' }, { id: 'pay-2' }, { id: 'pay-3' }] });
  });

  it('cannot go on where nothing was reserved', () => {
    const impossible = [
      [paymentStarted('pay-1')],
      [purchaseRejected(), paymentStarted('pay-1')],
      [purchaseRejected(), paymentVoided('pay-1')],
      [purchaseRejected(), confirmed],
    ];
    for (const events of impossible) expectViolation(() => stateAfter(...events));
  });
});
