import { randomUUID } from 'node:crypto';
import { auditWhole, type Finding, rules, usualAllowances } from '../../src/audit';
import { versionsRead } from '../../src/audit/facts';
import { cartCodec, poolCodec, purchaseCodec, showCodec, venueCodec } from '../../src/domain';
import { Shop, ticketEvent } from './shop';

const atOnce = { ...usualAllowances, claimSeconds: 5, settleSeconds: 0 };

describe('an audit of everything', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open();
  });
  afterEach(() => shop.close());

  const audit = () => auditWhole(shop.connection, { allowances: atOnce });
  const breachesOf = (findings: readonly Finding[], rule: string) =>
    findings.find(({ id }) => id === rule)?.sentences ?? [];
  const broken = async () => (await audit()).filter(({ breaches }) => breaches > 0).map(({ id }) => id);

  /** What this rule says. */
  async function breaches(rule: string): Promise<readonly string[]> {
    return breachesOf(await audit(), rule);
  }

  it('finds nothing in an empty shop, nor where tickets are sold, held, given back and refunded', async () => {
    expect(await broken()).toEqual([]);
    await shop.confirmed();
    await shop.refunded();
    await shop.expired();
    await shop.reserved();
    const findings = await audit();
    expect(findings.filter(({ breaches }) => breaches > 0)).toEqual([]);
    expect(Object.fromEntries(findings.map(({ id, counted }) => [id, counted]))).toMatchObject({
      'never-oversold': { pools: 1, events: 8 },
      'one-claim': { tickets: 4, 'live claims': 1 },
      money: { 'captured payments': 2, refunds: 1, 'still settling': 0 },
      'tickets-of-purchases': { purchases: 4, confirmed: 1, 'tickets sold': 1 },
      holds: { claims: 4, 'still live': 1 },
      versions: { streams: 5 },
      availability: { pools: 1 },
    });
  });

  it('finds a pool that is oversold at one event only, though not any more at its end', async () => {
    await shop.forge(`pool-${shop.pool}`, ...Array.from({ length: 100 }, () => ticketEvent('TicketClaimed')));
    const one = { ticketId: randomUUID(), purchaseId: randomUUID() };
    await shop.forge(`pool-${shop.pool}`, ticketEvent('TicketClaimed', one), ticketEvent('TicketReleased', one));
    expect(await breaches('never-oversold')).toEqual([
      `pool-${shop.pool} at version 102: 101 claimed + 0 sold + 0 withheld of 100 (and so after 1 events)`,
    ]);
  });

  it('finds a pool that gave back more than was claimed, and one that was never created', async () => {
    await shop.forge(`pool-${shop.pool}`, ticketEvent('TicketReleased'));
    await shop.forge('pool-of-nobody', ticketEvent('TicketClaimed'));
    expect(await breaches('never-oversold')).toEqual([
      'pool-of-nobody at version 1: 1 claimed + 0 sold + 0 withheld of no capacity (and so after 1 events)',
      `pool-${shop.pool} at version 2: -1 claimed + 0 sold + 0 withheld of 100 (and so after 1 events)`,
    ]);
  });

  it.each([
    ['is claimed 2 times', ['TicketClaimed', 'TicketClaimed']],
    ['has no claim when it is bought', ['TicketBought']],
    ['has no claim when it is released', ['TicketReleased', 'TicketClaimed']],
    ['is released 1 times and bought 1 times', ['TicketClaimed', 'TicketReleased', 'TicketBought']],
  ] as const)('finds a ticket that %s', async (breach, types) => {
    const ticket = { ticketId: randomUUID(), purchaseId: randomUUID() };
    await shop.forge(`pool-${shop.pool}`, ...types.map((type) => ticketEvent(type, ticket)));
    expect(await breaches('one-claim')).toEqual([`ticket ${ticket.ticketId} of pool-${shop.pool} ${breach}`]);
  });

  it('finds a ticket that two purchases share', async () => {
    const ticketId = randomUUID();
    await shop.forge(
      `pool-${shop.pool}`,
      ticketEvent('TicketClaimed', { ticketId }),
      ticketEvent('TicketBought', { ticketId }),
    );
    expect(await breaches('one-claim')).toEqual([expect.stringContaining('is in two pools, or of two purchases')]);
  });

  it('finds money without tickets once it had time to settle', async () => {
    const { purchaseId, paymentId } = await shop.captured();
    const findings = await auditWhole(shop.connection);
    expect(findings.find(({ id }) => id === 'money')).toMatchObject({ breaches: 0, counted: { 'still settling': 1 } });
    expect(await breaches('money')).toEqual([
      `payment ${paymentId} of ${purchaseId} (open) has neither tickets nor a refund`,
    ]);
  });

  it('finds tickets and a refund for the same money, and tickets for none', async () => {
    const both = await shop.confirmed();
    await shop.ledger.activities.reverse(both.capture);
    const none = await shop.confirmed();
    await shop.tamper(`DELETE FROM payment_simulator.ledger WHERE payment_id = '${none.paymentId}'`);
    expect(await breaches('money')).toEqual(
      expect.arrayContaining([
        `payment ${both.paymentId} of ${both.purchaseId} (confirmed) has both its tickets and a refund`,
        `${none.purchaseId} paid nothing`,
      ]),
    );
  });

  it('finds a purchase that was captured twice, and an amount that was not owed', async () => {
    const { purchaseId, paymentId, capture } = await shop.confirmed();
    await shop.ledger.activities.capture({ ...capture, paymentId: randomUUID() });
    await shop.tamper(`UPDATE payment_simulator.ledger SET amount = 4999 WHERE payment_id = '${paymentId}'`);
    const found = await breaches('money');
    expect(found).toHaveLength(3);
    expect(found).toContain(`${purchaseId} was captured by 2 payments`);
    expect(found).toContain(
      `payment ${paymentId} of ${purchaseId} (confirmed) took 4999 EUR and gave back 0, where 5000 EUR were owed`,
    );
  });

  it('finds a refund that is recorded and was never made', async () => {
    await shop.refunded();
    await shop.tamper(`DELETE FROM payment_simulator.ledger WHERE kind = 'refund'`);
    expect(await breaches('money')).toContainEqual(expect.stringContaining('is recorded and was never made'));
  });

  it('finds a confirmed purchase whose pool did not sell its ticket, and one that is confirmed and ended', async () => {
    const { purchaseId } = await shop.confirmed();
    await shop.tamper(`DELETE FROM events WHERE type = 'TicketBought'`);
    await shop.forge(`purchase-${purchaseId}`, { type: 'PurchaseExpired', data: {}, schemaVersion: 1 });
    expect(await breaches('tickets-of-purchases')).toEqual([
      `${purchaseId} (confirmed) was promised 1 tickets: its pools claimed 1, sold 0, took back 0; 0 were never promised, 0 cost something else, 0 are for another seat, 0 for another customer`,
      `purchase-${purchaseId} is confirmed 1 times and ended 1 times`,
    ]);
  });

  it('finds a ticket that was never promised, or is sold at another price', async () => {
    const { purchaseId } = await shop.confirmed();
    await shop.forge(`pool-${shop.pool}`, ticketEvent('TicketClaimed', { purchaseId }));
    expect(await breaches('tickets-of-purchases')).toEqual([expect.stringContaining('1 were never promised')]);
    await shop.tamper(
      `UPDATE events SET data = jsonb_set(data, '{price,amount}', '1') WHERE type = 'TicketBought'`,
      `DELETE FROM events WHERE version = 4 AND stream LIKE 'pool-%'`,
    );
    expect(await breaches('tickets-of-purchases')).toEqual([expect.stringContaining('1 cost something else')]);
  });

  it('finds a claim that outlives its hold by more than is allowed, and tells of one that ended late', async () => {
    shop.secondsAgo(60 + 4);
    await shop.reserved();
    expect(await broken()).toEqual([]);
    shop.secondsAgo(60 + 10);
    const late = await shop.reserved();
    expect(await breaches('holds')).toEqual([
      expect.stringMatching(/^the claim of .* \(open\) lasted \d+ ms too long$/),
    ]);
    await shop.expired(late);
    expect(await breaches('holds')).toEqual([expect.stringMatching(/\(expired\) lasted \d+ ms too long$/)]);
    const forgetful = { ...atOnce, lateClaimSeconds: 0 };
    const findings = await auditWhole(shop.connection, { allowances: forgetful });
    expect(breachesOf(findings, 'holds')).toEqual([]);
  });

  it('finds a claim for a purchase that is none', async () => {
    const claim = ticketEvent('TicketClaimed');
    await shop.forge(`pool-${shop.pool}`, claim);
    expect(await breaches('holds')).toEqual([
      `ticket ${claim.data.ticketId} is claimed for ${claim.data.purchaseId}, which holds nothing`,
    ]);
  });

  it('finds gaps, a wrong order, a lost end, a stream without events, and one of no known kind', async () => {
    const { purchaseId } = await shop.confirmed();
    await shop.tamper(
      `DELETE FROM events WHERE type = 'PaymentStarted'`,
      `DELETE FROM events WHERE type = 'TicketBought'`,
      `INSERT INTO streams VALUES ('pool-empty', 1)`,
    );
    await shop.forge('cinema-1', { type: 'Opened', data: {} });
    expect(await breaches('versions')).toEqual([
      'stream cinema-1 is of no known kind',
      'pool-empty stands at version 1, its events end with none',
      `pool-${shop.pool} stands at version 3, its events end with 2`,
      `purchase-${purchaseId} has version 3 where 2 should be`,
    ]);
  });

  it('finds an event id that appears twice', async () => {
    await shop.reserved();
    await shop.tamper(
      'ALTER TABLE events DROP CONSTRAINT events_event_id',
      'UPDATE events SET event_id = (SELECT min(event_id::text)::uuid FROM events)',
    );
    expect(await breaches('event-ids')).toEqual([expect.stringMatching(/^event id .* appears 3 times$/)]);
  });

  it('finds events that no rule can read', async () => {
    await shop.forge(`pool-${shop.pool}`, { type: 'TicketClaimed', data: {}, schemaVersion: 99 });
    await shop.forge(`pool-${shop.pool}`, { type: 'TicketTorn', data: {} });
    await shop.forge('show-gala', { type: 'VenueBooked', data: {} });
    expect(await breaches('event-shapes')).toEqual([
      `1 events TicketClaimed of version 99 cannot be read, one in pool-${shop.pool}`,
      `1 events TicketTorn of version 1 cannot be read, one in pool-${shop.pool}`,
      '1 events VenueBooked of version 1 cannot be read, one in show-gala',
    ]);
  });

  it('reads pools and prices of every version alike', async () => {
    await shop.confirmed();
    await shop.tamper(`UPDATE events SET schema_version = 1 WHERE type IN ('PoolCreated', 'PoolRepriced')`);
    expect(await broken()).toEqual([]);
    await shop.tamper(`UPDATE events SET data = jsonb_set(data, '{capacity}', '0') WHERE type = 'PoolCreated'`);
    expect(await broken()).toEqual(['never-oversold', 'availability']);
  });

  it.each([
    'UPDATE availability SET sold = sold + 1',
    'UPDATE availability SET withheld = withheld + 1',
    `UPDATE availability SET status = 'stopped'`,
    `UPDATE availability SET details = jsonb_set(details, '{price,amount}', '1')`,
    'UPDATE availability SET position = position - 1',
    'DELETE FROM availability',
  ])('finds availability that says something else than its events: %s', async (statement) => {
    await shop.confirmed();
    await shop.tamper(statement);
    expect(await breaches('availability')).toEqual([
      expect.stringMatching(`^availability of pool-${shop.pool} is .* its events say`),
    ]);
  });

  it('follows the status and the price that a promoter gives a pool', async () => {
    for (const { type, data } of [
      { type: 'SalesStopped', data: { reason: 'a storm', holds: 'release' } },
      { type: 'PoolRepriced', data: { price: { amount: 1, currency: 'EUR' } } },
    ]) {
      await shop.forge(`pool-${shop.pool}`, { type, data });
    }
    expect(await breaches('availability')).toEqual([
      expect.stringMatching(/its events say .*"amount": 1,.*"status": "stopped"/),
    ]);
  });

  describe('of the requests that were taken in', () => {
    async function remember(
      purchaseId: string,
      changes: { customer?: string; quantity?: number; refusal?: object } = {},
    ) {
      const { customer = 'alice', quantity = 1, refusal = null } = changes;
      await shop.connection.query(
        `INSERT INTO purchase_requests (purchase_id, key_holder, idempotency_key, body_hash, customer_id, items, refusal)
         VALUES ($1, 'web', 'a-key', 'hash', $2, $3, $4)`,
        [purchaseId, customer, JSON.stringify([{ pool: shop.pool, quantity }]), refusal],
      );
    }

    it('counts one that has no purchase yet', async () => {
      await remember(randomUUID());
      const findings = await audit();
      expect(findings.find(({ id }) => id === 'requests')).toMatchObject({
        breaches: 0,
        counted: { requests: 1, 'refused at the door': 0, 'not begun': 1 },
      });
    });

    it.each([
      [{ customer: 'bob' }, /was asked for by bob and is of alice$/],
      [{ quantity: 2 }, /was asked for .* and reserved/],
      [{ refusal: { slug: 'not-found' } }, /was refused at the door and is a purchase$/],
    ])('finds one that became another purchase: %j', async (changes, breach) => {
      const { purchaseId } = await shop.reserved();
      await remember(purchaseId, changes);
      expect(await breaches('requests')).toEqual([expect.stringMatching(breach)]);
    });

    it('finds a key with two purchases', async () => {
      await shop.tamper(
        'ALTER TABLE purchase_requests DROP CONSTRAINT purchase_requests_key_holder_idempotency_key_key',
      );
      await remember(randomUUID());
      await remember(randomUUID());
      expect(await breaches('requests')).toEqual(['one idempotency key of web has 2 purchases']);
    });
  });

  it('carries the checks that it is handed, beside its own', async () => {
    const extra = {
      id: 'rebuilt',
      number: 4,
      name: 'rebuilt equals live',
      check: async () => ({ counted: { rows: 3 }, breaches: 1, sentences: ['one differs'] }),
    } as const;
    const findings = await auditWhole(shop.connection, { extraChecks: [extra] });
    expect(findings).toHaveLength(rules.length + 1);
    expect(findings.find(({ id }) => id === 'rebuilt')).toMatchObject({ breaches: 1, sentences: ['one differs'] });
  });
});

it('the audit reads every version in which an event was ever written', () => {
  const codecs = [poolCodec, purchaseCodec, showCodec, venueCodec, cartCodec];
  for (const [type, versions] of Object.entries(versionsRead)) {
    const written = codecs.find(({ types }) => types.includes(type))?.versionOf(type) ?? 0;
    expect({ type, versions }).toEqual({ type, versions: Array.from({ length: written }, (_, index) => index + 1) });
  }
});
