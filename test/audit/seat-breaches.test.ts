import { randomUUID } from 'node:crypto';
import type { RequestedItem } from '../../src/domain';
import { purchaseOf } from '../support/box-office';
import { Shop, ticketEvent } from './shop';

const rows = [
  { row: 'A', first: 1, last: 40 },
  { row: 'B-left', seats: ['1', '1a', 'box'] },
  { row: '', first: 1, last: 7 },
];
const capacity = 50;
const maxPerCustomer = 5;

const seatEvent = (type: 'TicketsWithheld' | 'TicketsGivenBack', ...seats: string[]) => ({
  type,
  data: { quantity: seats.length, seats },
});

describe.each(['whole', 'changes'] as const)('an audit of numbered seats (%s)', (scope) => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open({ rows, capacity, maxPerCustomer });
  });
  afterEach(() => shop.close());

  const stream = () => `pool-${shop.pool}`;

  const findings = () => shop.audit(scope);
  const finding = async (rule: string) => (await findings()).find(({ id }) => id === rule);
  const broken = async () => (await findings()).filter(({ breaches: count }) => count > 0);
  const breaches = async (rule: string) => (await finding(rule))?.sentences;

  const wanting = (line: Partial<RequestedItem>, customerId: string = randomUUID()) => ({
    ...purchaseOf(shop.pool, customerId),
    items: [{ pool: shop.pool, quantity: line.seats?.length ?? 1, ...line }],
  });
  const steer = (name: 'withhold' | 'giveBack', ...seats: string[]) =>
    shop.ledger.activities.steerPool({ pool: shop.pool, stepId: randomUUID(), step: { name, input: { seats } } });
  /** A claim of nobody's decision, with the seat and the customer given. */
  const claim = (named: { seat?: string; customerId?: string }, ticketId: string = randomUUID()) => {
    const { type, data } = ticketEvent('TicketClaimed', { ticketId });
    return { type, data: { ...data, customerId: randomUUID(), ...named } };
  };

  it('finds nothing where seats are sold, held, given back, withheld and sold again', async () => {
    await shop.confirmed(wanting({ seats: ['A-1'] }));
    const left = await shop.reserved(wanting({ seats: ['A-2', 'B-left-1a', '7'] }));
    expect(await broken()).toEqual([]);
    await shop.expired(left);
    await steer('withhold', 'A-2', 'B-left-box');
    await findings();
    await steer('giveBack', 'A-2');
    await shop.reserved(wanting({ seats: ['A-2', 'B-left-1a'] }));
    await shop.reserved(wanting({ quantity: 3 }));
    expect(await broken()).toEqual([]);
    expect((await finding('seats'))?.counted).toMatchObject({ seats: 8, 'numbered pools': 1 });
    expect((await finding('customers'))?.counted).toMatchObject({ 'customers of a pool': 4, 'limited pools': 1 });
  });

  it('finds a seat with two tickets, though only one is left at the end', async () => {
    const ticketId = randomUUID();
    await shop.reserved(wanting({ seats: ['A-1'] }));
    await shop.forge(stream(), claim({ seat: 'A-1' }, ticketId), ticketEvent('TicketReleased', { ticketId }));
    expect(await breaches('seats')).toEqual([
      `seat A-1 of ${stream()} has 2 tickets and is withheld 0 times at version 3`,
    ]);
  });

  it('finds a seat that is sold again after it was bought', async () => {
    await shop.confirmed(wanting({ seats: ['7'] }));
    await findings();
    await shop.forge(stream(), claim({ seat: '7' }));
    expect(await breaches('seats')).toEqual([expect.stringMatching(/^seat 7 of .* has 2 tickets/)]);
  });

  it('finds a seat that is claimed while it is withheld, however long', async () => {
    await steer('withhold', 'A-3', 'A-4', 'A-5');
    await findings();
    await steer('giveBack', 'A-3');
    await shop.tamper(`UPDATE events SET recorded_at = recorded_at - interval '1 hour'`);
    await findings();
    await shop.forge(stream(), claim({ seat: 'A-3' }), claim({ seat: 'A-4' }));
    expect(await breaches('seats')).toEqual([
      `seat A-4 of ${stream()} has 1 tickets and is withheld 1 times at version 5`,
    ]);
  });

  it('finds a seat that is withheld while it has a ticket, twice, or given back though it was not', async () => {
    await shop.reserved(wanting({ seats: ['A-1'] }));
    await shop.forge(
      stream(),
      seatEvent('TicketsWithheld', 'A-1'),
      seatEvent('TicketsWithheld', 'A-2'),
      seatEvent('TicketsWithheld', 'A-2'),
      seatEvent('TicketsGivenBack', 'A-3'),
    );
    expect(await breaches('seats')).toEqual([
      `seat A-1 of ${stream()} has 1 tickets and is withheld 1 times at version 3`,
      `seat A-2 of ${stream()} has 0 tickets and is withheld 2 times at version 5`,
      `seat A-3 of ${stream()} has 0 tickets and is withheld -1 times at version 6`,
    ]);
  });

  it('finds seats that the pool has not, claims without a seat, and seats that are not as many as is said', async () => {
    const ticketId = randomUUID();
    const strange = ['A-0', 'A-41', 'A-01', 'A-1a', 'B-1', 'B-left-2', '8', 'x'];
    await shop.forge(stream(), ...strange.map((seat) => claim({ seat })));
    await shop.forge(stream(), claim({}, ticketId), { type: 'TicketsWithheld', data: { quantity: 2, seats: ['A-9'] } });
    expect(await breaches('seats')).toEqual(
      [
        ...strange.map((seat) => `${stream()} has no seat ${seat}`),
        `ticket ${ticketId} of ${stream()} is claimed without a seat`,
        `${stream()} turns 2 tickets at version 11 and names 1 seats`,
      ].sort(),
    );
  });

  it('finds a purchase whose tickets are for other seats, or another customer, than was promised', async () => {
    const seated = await shop.reserved(wanting({ seats: ['A-1', 'A-2'] }, 'alice'));
    await shop.tamper(
      `UPDATE events SET data = jsonb_set(data, '{seat}', '"A-9"') WHERE data ->> 'seat' = 'A-2'`,
      `UPDATE events SET data = jsonb_set(data, '{customerId}', '"bob"') WHERE data ->> 'seat' = 'A-1'`,
    );
    expect(await breaches('tickets-of-purchases')).toEqual([
      `${seated.purchaseId} (open) was promised 2 tickets: its pools claimed 2, sold 0, took back 0; 0 were never promised, 0 cost something else, 1 are for another seat, 1 for another customer`,
    ]);
  });

  it('finds a customer who has more than the pool allows, what was given back not counted', async () => {
    await shop.confirmed(wanting({ quantity: 3 }, 'alice'));
    await shop.expired(await shop.reserved(wanting({ quantity: 2 }, 'alice')));
    await shop.reserved(wanting({ quantity: 2 }, 'alice'));
    await shop.reserved(wanting({ quantity: 4 }, 'bob'));
    expect(await breaches('customers')).toEqual([]);
    await shop.forge(
      stream(),
      claim({ customerId: 'alice', seat: 'A-40' }),
      claim({ customerId: 'bob', seat: 'A-39' }),
    );
    expect(await breaches('customers')).toEqual([
      expect.stringMatching(/^customer alice has 6 tickets of .* at version \d+, where 5 are allowed$/),
    ]);
  });

  it('finds a claim for no customer where each is limited', async () => {
    const { type, data } = ticketEvent('TicketClaimed');
    await shop.forge(stream(), { type, data: { ...data, seat: 'A-1' } });
    expect(await breaches('customers')).toEqual([
      `ticket ${data.ticketId} of ${stream()} is claimed for no customer, where each is limited`,
    ]);
  });

  it('finds a pool that withheld more than was left, and one that gave back more than was withheld', async () => {
    await shop.forge(stream(), { type: 'TicketsWithheld', data: { quantity: capacity } }, claim({ seat: 'A-1' }));
    expect(await breaches('never-oversold')).toEqual([
      `${stream()} at version 3: 1 claimed + 0 sold + 50 withheld of 50 (and so after 1 events)`,
    ]);
    await shop.forge(stream(), { type: 'TicketsGivenBack', data: { quantity: capacity + 1 } });
    expect(await breaches('never-oversold')).toEqual([expect.stringContaining('(and so after 2 events)')]);
  });
});

describe('an audit of what changed', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open({ capacity: 10, rows: [{ row: '', first: 1, last: 10 }] });
  });
  afterEach(() => shop.close());

  const audit = async () => {
    const findings = await shop.audit('changes');
    return findings.filter(({ breaches }) => breaches > 0).map(({ id }) => id);
  };
  const steer = (name: 'withhold' | 'giveBack', ...seats: string[]) =>
    shop.ledger.activities.steerPool({ pool: shop.pool, stepId: randomUUID(), step: { name, input: { seats } } });

  it('knows what is withheld since the first event of a pool', async () => {
    await steer('withhold', '1', '2', '3', '4');
    await audit();
    await steer('withhold', '5', '6', '7');
    await steer('giveBack', '1', '5');
    expect(await audit()).toEqual([]);
    expect((await shop.connection.query('SELECT withheld::int, withheld_seats FROM audited_pools')).rows).toEqual([
      { withheld: 5, withheld_seats: ['2', '3', '4', '6', '7'] },
    ]);
    await shop.connection.query('UPDATE availability SET withheld = 4');
    expect(await audit()).toEqual(['availability']);
    await shop.connection.query('UPDATE availability SET withheld = 5');
    await shop.forge(`pool-${shop.pool}`, ...Array.from({ length: 6 }, () => ticketEvent('TicketClaimed')));
    expect(await audit()).toContain('never-oversold');
  });

  it('leaves a seat that was sold again long after to an audit of everything', async () => {
    await shop.confirmed({ ...purchaseOf(shop.pool), items: [{ pool: shop.pool, quantity: 1, seats: ['1'] }] });
    await audit();
    await shop.tamper(`UPDATE events SET recorded_at = recorded_at - interval '1 hour'`);
    await audit();
    const { type, data } = ticketEvent('TicketClaimed');
    await shop.forge(`pool-${shop.pool}`, { type, data: { ...data, seat: '1' } });
    expect(await audit()).not.toContain('seats');
    const whole = await shop.audit('whole');
    expect(whole.find(({ id }) => id === 'seats')).toMatchObject({ breaches: 1 });
  });
});
