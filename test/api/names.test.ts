import { randomUUID } from 'node:crypto';
import { problemIn, purchaseIn } from '../support/api-client';
import { poolOfBefore } from '../support/box-office';
import { CartClient, cartIn } from '../support/cart-client';
import { newShow, ShowClient, showIn } from '../support/show-client';
import { describeBoxOffice } from './box-office';

const apart = (text: string) => text.normalize('NFD');

describeBoxOffice('names', (open) => {
  const hall = (seats: readonly string[]) => open().client.createPool({ capacity: undefined, seats });
  const seatsOf = (answer: Parameters<typeof purchaseIn>[0]) =>
    purchaseIn(answer, 201).items[0]?.tickets.map(({ seat }) => seat);

  test('of seats may be letters with their marks, together or apart, and are found either way', async () => {
    const { client } = open();
    const { name: pool } = await hall([apart('É-1'), 'É-2', 'क्ष-१', 'ข้อ-4']);
    const labels = (await client.call('GET', `/v1/pools/${pool}/seats`)).body as {
      rows: { seats: { seat: string }[] }[];
    };
    expect(labels.rows.flatMap(({ seats }) => seats.map(({ seat }) => seat))).toEqual(['É-1', 'É-2', 'क्ष-१', 'ข้อ-4']);
    expect(seatsOf(await client.buyLines([{ pool, seats: [apart('É-2'), 'क्ष-१'] }]))).toEqual(['É-2', 'क्ष-१']);
    const steered = await client.steer(pool, 'withhold', { seats: [apart('É-1')] });
    expect(steered.body).toMatchObject({ withheld: 1 });
  });

  test('of seats that are only written otherwise are one seat', async () => {
    const { client } = open();
    const body = { name: `hall-${randomUUID()}`, price: { amount: 5_000, currency: 'EUR' }, seats: ['A-1', 'Ａ-1'] };
    problemIn(await client.call('POST', '/v1/pools', { as: 'promoter', body }), 'validation-failed', 422);
    const { name: pool } = await hall(['A-1', 'A-2']);
    problemIn(await client.buyLines([{ pool, seats: ['A-1', 'Ａ-1'] }]), 'validation-failed', 422);
    expect(seatsOf(await client.buyLines([{ pool, seats: ['Ａ-1'] }]))).toEqual(['A-1']);
    problemIn(await client.buyLines([{ pool, seats: ['A-1'] }], { customerId: 'bob' }), 'seat-unavailable', 409);
    const cart = await CartClient.of(client, { pool, seats: ['A-2'] });
    expect(cartIn(await cart.add({ pool, seats: ['Ａ-2'] })).items).toMatchObject([{ quantity: 1, seats: ['A-2'] }]);
  });

  test('of seats that an earlier release took for two are both sold', async () => {
    const { client, stack } = open();
    const rows = ['A', 'Ａ'].map((row) => ({ row, first: 1, last: 2 }));
    const pool = await poolOfBefore(stack.database, { capacity: 4, rows });
    for (const seat of ['Ａ-1', 'A-1']) {
      expect(seatsOf(await client.buyLines([{ pool, seats: [seat] }]))).toEqual([seat]);
    }
    expect(await client.pool(pool)).toMatchObject({ available: 2 });
  });

  test('of customers are the same with what cannot be seen in them, for limits and for lists', async () => {
    const { client } = open();
    const { name } = await client.createPool({ maxPerCustomer: 2 });
    const id = `bob ${randomUUID()}`;
    const first = await client.reserve(name, { customerId: id });
    const second = await client.reserve(name, { customerId: `${id}\u200b` });
    expect([first.customerId, second.customerId]).toEqual([id, id]);
    const third = await client.buy(name, { customerId: id.replace('b', 'ｂ') });
    expect(problemIn(third, 'customer-limit-reached', 409)).toMatchObject({ limit: 2, held: 2 });
    const path = `/v1/customers/${encodeURIComponent(`\u2060${id}`)}/purchases`;
    const { purchases } = (await client.call('GET', path, { as: 'shop' })).body as { purchases: { id: string }[] };
    expect(purchases.slice(-2).map((each) => each.id)).toEqual([second.id, first.id]);
  });

  test('and other texts are composed as they enter, and hold something to see', async () => {
    const { client } = open();
    const shows = new ShowClient(client);
    const plan = newShow({
      title: apart('Été'),
      venue: apart(`Théâtre ${randomUUID()}`),
      description: apart('à bientôt'),
    });
    const drafted = showIn(await client.call('POST', '/v1/shows', { as: 'promoter', body: plan }), 201);
    expect(drafted).toMatchObject({ title: 'Été', venue: plan.venue.normalize('NFC'), description: 'à bientôt' });
    showIn(await shows.steer(plan.name, 'publish'));
    expect((await shows.page({ venue: plan.venue })).names).toEqual([plan.name]);
    for (const body of [{ title: '\u200b' }, { venue: '\u200b' }, { description: '\u200b' }]) {
      problemIn(await shows.draft(body), 'validation-failed', 422);
    }
    const { name } = await client.createPool({ title: apart('Été') });
    expect(await client.pool(name)).toMatchObject({ title: 'Été' });
    expect((await client.steer(name, 'stop', { reason: apart('fermé') })).body).toMatchObject({ reason: 'fermé' });
    problemIn(await client.steer(name, 'stop', { reason: '\u200b' }), 'validation-failed', 422);
    problemIn(await client.buy(name, { customerId: '\u200b' }), 'validation-failed', 422);
  });
});
