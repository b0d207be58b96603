import { randomUUID } from 'node:crypto';
import { auditWhole, usualAllowances } from '../../src/audit';
import { purchaseOf, stepOf } from '../support/box-office';
import { Shop, ticketEvent } from './shop';

const atOnce = { ...usualAllowances, claimSeconds: 5, settleSeconds: 0 };

/** What went wrong before steps asked their streams: each is planted as it was left behind. */
describe('the auditor finds', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open();
  });
  afterEach(() => shop.close());

  const breaches = async () => {
    const findings = await auditWhole(shop.connection, { allowances: atOnce });
    return Object.fromEntries(
      findings.flatMap(({ id, sentences }) => (sentences.length > 0 ? [[id, sentences] as const] : [])),
    );
  };
  const event = (type: string, data: object) => ({ type, data });

  it('a purchase that stands in paying beyond its hold, its money taken', async () => {
    shop.secondsAgo(120);
    const { purchaseId, paymentId } = await shop.captured();
    expect(await breaches()).toEqual({
      money: [`payment ${paymentId} of ${purchaseId} (open) has neither tickets nor a refund`],
      holds: [expect.stringMatching(/^the claim of .* \(open\) lasted \d+ ms too long$/)],
    });
  });

  it('an expired purchase whose capture was kept', async () => {
    const { request, purchaseId, paymentId } = await shop.captured();
    await shop.expired(request);
    expect(await breaches()).toEqual({
      money: [`payment ${paymentId} of ${purchaseId} (expired) has neither tickets nor a refund`],
    });
  });

  it('a confirmed purchase that was captured twice', async () => {
    const { purchaseId, capture } = await shop.confirmed();
    const second = randomUUID();
    await shop.forge(`purchase-${purchaseId}`, event('PaymentStarted', { paymentId: second, method: 'creditCard' }));
    await shop.ledger.activities.capture({ ...capture, paymentId: second });
    expect(await breaches()).toEqual({
      money: [
        `${purchaseId} was captured by 2 payments`,
        `payment ${second} of ${purchaseId} (confirmed) has neither tickets nor a refund`,
      ],
    });
  });

  it('tickets that were bought of a pool after it was cancelled, in everything and in what changed', async () => {
    const { purchaseId } = await shop.reserved();
    const ticket = { ticketId: randomUUID(), purchaseId };
    await shop.forge(
      `pool-${shop.pool}`,
      event('PoolCancelled', { reason: 'no band' }),
      ticketEvent('TicketBought', ticket),
    );
    const sentence = `ticket ${ticket.ticketId} of pool-${shop.pool} was bought for ${purchaseId} after it was cancelled`;
    expect((await breaches())['cancelled-pools']).toEqual([sentence]);
    await shop.connection.query(`UPDATE availability SET status = 'cancelled'`);
    const changes = await shop.audit('changes');
    expect(changes.find(({ id }) => id === 'cancelled-pools')).toMatchObject({ sentences: [sentence] });
  });

  it('a cancelled purchase of which some tickets stay claimed', async () => {
    const request = await shop.reserved(purchaseOf({ [shop.pool]: 4 }));
    await shop.tamper();
    const { rows } = await shop.connection.query<{ id: string }>(
      `SELECT data ->> 'ticketId' AS id FROM events WHERE type = 'TicketClaimed' ORDER BY version`,
    );
    const [first] = rows;
    const { purchaseId } = stepOf(request);
    await shop.forge(
      `pool-${shop.pool}`,
      ticketEvent('TicketReleased', { purchaseId, ...(first && { ticketId: first.id }) }),
    );
    await shop.forge(`purchase-${purchaseId}`, event('PurchaseCancelled', { reason: 'by another workflow' }));
    expect((await breaches())['tickets-of-purchases']).toEqual([expect.stringContaining(purchaseId)]);
  });
});
