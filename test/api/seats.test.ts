import { randomUUID } from 'node:crypto';
import { seatsAnswer } from '../../api/pool-schemas';
import type { SeatRow } from '../../src/domain';
import { type Answer, type ApiClient, type Pool, problemIn, purchaseIn } from '../support/api-client';
import { LiveClient } from '../support/live-client';
import { testSeed } from '../support/random';
import { expectFairRace, fiftySeats, type Given, type Wish, wishesOf } from '../support/seat-race';
import { SeatSheet, type Seats } from '../support/seat-sheet';
import { describeBoxOffice } from './box-office';

const rows: SeatRow[] = [
  { row: 'A', first: 1, last: 4 },
  { row: 'B', seats: ['1', '1a', '2'] },
];
/** A thousand rows of fifty. */
const arena: SeatRow[] = Array.from({ length: 1000 }, (_, nth) => ({ row: `R${nth}`, first: 1, last: 50 }));

const numbered = (client: ApiClient, of = rows): Promise<Pool> => {
  const body = { name: `pool-${randomUUID()}`, rows: of, price: { amount: 5_000, currency: 'EUR' } };
  return client.call('POST', '/v1/pools', { as: 'promoter', body }).then(async ({ status, body: pool }) => {
    expect([status, pool]).toEqual([201, expect.anything()]);
    return client.pool(body.name);
  });
};

async function seatsOf(client: ApiClient, pool: string): Promise<Seats> {
  const { status, body } = await client.call('GET', `/v1/pools/${pool}/seats`);
  expect(status).toBe(200);
  return seatsAnswer.parse(body);
}

const statusesOf = ({ rows: all }: Seats) =>
  Object.fromEntries(all.flatMap(({ seats }) => seats.map(({ seat, status }) => [seat, status])));

/** On a busy machine a purchase may be undecided for longer than anybody waits. */
async function wishFor(client: ApiClient, pool: string, wish: object): Promise<Answer> {
  const headers = { 'Idempotency-Key': randomUUID(), Prefer: 'wait=20' };
  const body = { customerId: `buyer-${randomUUID()}`, items: [{ pool, ...wish }] };
  for (;;) {
    const answer = await client.call('POST', '/v1/purchases', { as: 'shop', headers, body });
    if (answer.status !== 202) return answer;
  }
}

const reserve = async (client: ApiClient, pool: string, wish: object) =>
  purchaseIn(await wishFor(client, pool, wish), 201);

describeBoxOffice('numbered seats', (open) => {
  describe('of a pool', () => {
    test('are shown row by row, each with what has become of it', async () => {
      const { client } = open();
      const { name, position } = await numbered(client);
      expect(await seatsOf(client, name)).toEqual({
        pool: name,
        position,
        rows: [
          { row: 'A', seats: ['A-1', 'A-2', 'A-3', 'A-4'].map((seat) => ({ seat, status: 'available' })) },
          { row: 'B', seats: ['B-1', 'B-1a', 'B-2'].map((seat) => ({ seat, status: 'available' })) },
        ],
      });
      const { id } = await reserve(client, name, { seats: ['B-1a'] });
      await reserve(client, name, { quantity: 2, bestAvailable: true });
      await client.pay(id);
      await client.call('POST', `/v1/pools/${name}/withhold`, { as: 'promoter', body: { seats: ['A-4'] } });
      const seats = await seatsOf(client, name);
      expect(statusesOf(seats)).toEqual({
        'A-1': 'claimed',
        'A-2': 'claimed',
        'A-3': 'available',
        'A-4': 'withheld',
        'B-1': 'available',
        'B-1a': 'sold',
        'B-2': 'available',
      });
      expect(seats.position).toBe((await client.pool(name)).position);
    });

    test('are not there where tickets have none, nor where there is no pool', async () => {
      const { client } = open();
      const { name } = await client.createPool();
      const without = problemIn(await client.call('GET', `/v1/pools/${name}/seats`), 'not-found', 404);
      expect(without.detail).toContain('no numbered seats');
      for (const unknown of ['of-nobody', 'UPPER']) {
        const { detail } = problemIn(await client.call('GET', `/v1/pools/${unknown}/seats`), 'not-found', 404);
        expect(detail).not.toContain('numbered');
      }
      problemIn(await client.call('POST', `/v1/pools/${name}/seats`), 'method-not-allowed', 405);
    });

    test('are all shown of a hall of 50,000, to many at once', async () => {
      const { client } = open();
      const { name } = await numbered(client, arena);
      await reserve(client, name, { seats: ['R999-50'] });
      const all = await Promise.all(Array.from({ length: 10 }, () => seatsOf(client, name)));
      for (const seats of all) {
        const statuses = statusesOf(seats);
        expect(Object.keys(statuses)).toHaveLength(50_000);
        expect(Object.entries(statuses).filter(([, status]) => status !== 'available')).toEqual([
          ['R999-50', 'claimed'],
        ]);
      }
    });
  });

  describe('that are followed live', () => {
    const clients: LiveClient[] = [];
    const follow = async (pool: string, lastEventId?: number): Promise<LiveClient> => {
      const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': String(lastEventId) };
      const client = await LiveClient.open(`${open().client.url}/v1/pools/${pool}/live`, headers);
      clients.push(client);
      return client;
    };
    afterEach(() => {
      for (const client of clients.splice(0)) client.close();
    });
    const claimed = (count: number) => (pool: Pool) => pool.claimed === count;

    test('come all at first, and then only the rows that have changed, ahead of the pool itself', async () => {
      const { client } = open();
      const { name } = await numbered(client);
      const live = await follow(name);
      const sheet = new SeatSheet(live.events);
      await live.shows(claimed(0));
      expect(sheet.look()).toEqual([['A', 'B']]);
      expect(sheet.shown).toEqual((await seatsOf(client, name)).rows);
      await reserve(client, name, { seats: ['B-2'] });
      await live.shows(claimed(1));
      expect(sheet.look()).toEqual([['B']]);
      await client.steer(name, 'stop', { reason: 'rain', holds: 'honour' });
      await live.shows((pool: Pool) => pool.status === 'stopped');
      expect(sheet.look()).toEqual([]);
      expect(sheet.shown).toEqual((await seatsOf(client, name)).rows);
      expect(live.events.map(({ event }) => event)).toEqual([
        'seats',
        'availability',
        'seats',
        'availability',
        'availability',
      ]);
      for (const [nth, { event, data }] of live.events.entries()) {
        if (event !== 'seats') continue;
        expect((data as Seats).position).toBeGreaterThanOrEqual(Number(live.events[nth + 1]?.id));
      }
    });

    test('go on from the last event that was seen', async () => {
      const { client } = open();
      const { name, position } = await numbered(client);
      await reserve(client, name, { seats: ['A-1'] });
      const between = await client.pool(name);
      await reserve(client, name, { seats: ['B-1'] });
      for (const [seen, expected] of [
        [undefined, [['A', 'B']]],
        [position, [['A', 'B']]],
        [between.position, [['B']]],
      ] as const) {
        const live = await follow(name, seen);
        await live.shows(claimed(2));
        expect(new SeatSheet(live.events).look()).toEqual(expected);
      }
      const { position: newest } = await client.pool(name);
      const upToDate = await follow(name, newest);
      await reserve(client, name, { seats: ['A-2'] });
      await upToDate.shows(claimed(3));
      expect(new SeatSheet(upToDate.events).look()).toEqual([['A']]);
    });

    test('are the same in the end for everybody, also for who takes nothing for a while or comes back', async () => {
      const { client } = open();
      const { name } = await numbered(client, arena.slice(0, 150));
      const [steady, slow, leaving] = [await follow(name), await follow(name), await follow(name)];
      await leaving.shows(claimed(0));
      const { id: seen } = leaving.last ?? { id: 0 };
      leaving.close();
      slow.pause();
      const buy = (nth: number) => reserve(client, name, { seats: [`R${nth % 20}-${1 + nth}`, `R${100 + nth}-1`] });
      for (let wave = 0; wave < 4; wave += 1) {
        await Promise.all(Array.from({ length: 10 }, (_, nth) => buy(10 * wave + nth)));
      }
      slow.resume();
      const back = await follow(name, seen);
      const { rows: all } = await seatsOf(client, name);
      for (const live of [steady, slow]) {
        await live.shows(claimed(80));
        expect(new SeatSheet(live.events).shown).toEqual(all);
      }
      await back.shows(claimed(80));
      const [first = []] = new SeatSheet(back.events).look();
      expect(first).toHaveLength(60);
      expect(new SeatSheet(back.events).shown).toEqual(all.filter(({ row }) => first.includes(row)));
    });
  });

  describe('for which two hundred race, fifty in all,', () => {
    const givenBy = (answer: Answer): Given => {
      if (answer.status === 201) {
        const { items } = purchaseIn(answer, 201);
        return { seats: items.flatMap(({ tickets }) => tickets.map(({ seat }) => seat ?? '')) };
      }
      const { type } = answer.body as { type: string };
      if (type === '/problems/seat-unavailable') {
        return { slug: 'seat-unavailable', unavailable: problemIn(answer, 'seat-unavailable', 409).seats as string[] };
      }
      const { available } = problemIn(answer, 'insufficient-inventory', 409);
      return { slug: 'insufficient-inventory', available: Number(available) };
    };
    const asLine = (wish: Wish) => ('seats' in wish ? wish : { ...wish, bestAvailable: true });

    test(`are never sold twice, and none stays free that one of them could have had (seed ${testSeed()})`, async () => {
      const { client, stack } = open();
      await stack.startWorker();
      const { name } = await numbered(client, fiftySeats);
      const wishes = wishesOf(200);
      const answers = await Promise.all(wishes.map((wish) => wishFor(client, name, asLine(wish))));
      const given = answers.map(givenBy);
      const statuses = statusesOf(await seatsOf(client, name));
      expectFairRace(wishes, given, (seat) => statuses[seat]);
      const pay = async (answer: Answer) => {
        const { id } = purchaseIn(answer, 201);
        const paid = await client.pay(id);
        return paid.status === 202 ? client.becomes(id, 'confirmed') : purchaseIn(paid);
      };
      await Promise.all(answers.filter(({ status }) => status === 201).map(pay));
      const paid = statusesOf(await seatsOf(client, name));
      for (const [seat, status] of Object.entries(statuses)) {
        expect([seat, paid[seat]]).toEqual([seat, status === 'claimed' ? 'sold' : status]);
      }
    });
  });
});
