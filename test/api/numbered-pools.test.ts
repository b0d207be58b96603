import { poolIn, problemIn, purchaseIn } from '../support/api-client';
import { describeBoxOffice } from './box-office';

const rows = [
  { row: 'A', first: 1, last: 4 },
  { row: 'B', seats: ['1', '1a', '2'] },
];

describeBoxOffice('a pool with numbered seats', (open) => {
  const hall = (changes: object = {}) => open().client.createPool({ capacity: undefined, rows, ...changes });
  const seatsOf = (answer: Parameters<typeof purchaseIn>[0]) =>
    purchaseIn(answer, 201).items.flatMap(({ tickets }) => tickets.map(({ seat }) => seat));

  test('is made of rows, or of seats by name, which give its capacity', async () => {
    expect(await hall()).toMatchObject({ capacity: 7, available: 7, numbered: true });
    const named = await hall({ rows: undefined, seats: ['A-1', 'A-2', 'B-1'] });
    expect(named).toMatchObject({ capacity: 3, available: 3, numbered: true });
    expect(await open().client.createPool()).toMatchObject({ numbered: false });
  });

  test('sells the seats that are named, and the best where none are', async () => {
    const { client } = open();
    const { name: pool } = await hall();
    expect(seatsOf(await client.buyLines([{ pool, seats: ['B-1a', 'A-1'] }]))).toEqual(['B-1a', 'A-1']);
    expect(seatsOf(await client.buyLines([{ pool, quantity: 3, bestAvailable: true }]))).toEqual(['A-2', 'A-3', 'A-4']);
    expect(seatsOf(await client.buyLines([{ pool, quantity: 2 }]))).toEqual(['B-1', 'B-2']);
    expect(await client.pool(pool)).toMatchObject({ available: 0, claimed: 7, soldOut: false, allHeld: true });
  });

  test('keeps a seat with its ticket until it is bought, and has it back when it is not', async () => {
    const { client } = open();
    const { name: pool } = await hall();
    const kept = purchaseIn(await client.buyLines([{ pool, seats: ['A-2'] }]), 201);
    const left = purchaseIn(await client.buyLines([{ pool, seats: ['A-3'] }]), 201);
    expect((await client.pay(kept.id)).status).toBe(200);
    expect((await client.cancel(left.id)).status).toBe(200);
    expect((await client.purchase(kept.id)).items[0]?.tickets[0]).toMatchObject({ seat: 'A-2' });
    const refused = problemIn(await client.buyLines([{ pool, seats: ['A-2', 'A-3'] }]), 'seat-unavailable', 409);
    expect(refused).toMatchObject({ pool, seats: ['A-2'] });
    expect(seatsOf(await client.buyLines([{ pool, seats: ['A-3'] }]))).toEqual(['A-3']);
  });

  test('refuses wishes that nobody could serve', async () => {
    const { client } = open();
    const { name: pool } = await hall();
    const { name: standing } = await client.createPool();
    const refusals: [object, string, number][] = [
      [{ pool, seats: ['Z-1'] }, 'seat-unavailable', 409],
      [{ pool: standing, seats: ['A-1'] }, 'validation-failed', 422],
      [{ pool, seats: ['A-1', 'A-1'] }, 'validation-failed', 422],
      [{ pool, seats: [] }, 'validation-failed', 422],
      [{ pool, seats: ['A-1'], quantity: 1 }, 'validation-failed', 422],
      [{ pool, seats: ['A-1'], bestAvailable: true }, 'validation-failed', 422],
      [{ pool, bestAvailable: true }, 'validation-failed', 422],
      [{ pool }, 'validation-failed', 422],
      [{ pool, seats: ['A-1', 'A-2', 'A-3', 'A-4', 'B-1'] }, 'invalid-quantity', 422],
      [{ pool, seats: ['A-\n1'] }, 'validation-failed', 422],
      [{ pool, seats: [7] }, 'validation-failed', 422],
    ];
    for (const [line, slug, status] of refusals) problemIn(await client.buyLines([line]), slug, status);
    expect(await client.pool(pool)).toMatchObject({ available: 7 });
  });

  test('is not made of seats that make no sense', async () => {
    const { client } = open();
    const make = (changes: object) =>
      client.call('POST', '/v1/pools', {
        as: 'promoter',
        body: { name: 'no-such-hall', price: { amount: 5_000, currency: 'EUR' }, ...changes },
      });
    const wrong: object[] = [
      {},
      { capacity: 3, seats: ['A-1', 'A-2', 'A-3'] },
      { rows, seats: ['A-1'] },
      { seats: ['A-1', 'A-1'] },
      { seats: [] },
      { rows: [] },
      { rows: [{ row: 'A', first: 2, last: 1 }] },
      { rows: [{ row: 'A', first: 1, last: 1_000_000 }] },
      { rows: [...rows, { row: 'A', first: 7, last: 9 }] },
      { rows: [{ row: 'A', first: 1, last: 2, seats: ['1'] }] },
      { rows: Array.from({ length: 200 }, (_, index) => ({ row: `R${index}`, first: 1, last: 1_000 })) },
    ];
    for (const changes of wrong) problemIn(await make(changes), 'validation-failed', 422);
    problemIn(await client.call('GET', '/v1/pools/no-such-hall'), 'not-found', 404);
  });

  test('keeps seats from sale for its promoter, and gives them back', async () => {
    const { client } = open();
    const { name: pool } = await hall();
    const seats = ['A-1', 'A-2'];
    const withheld = poolIn(await client.steer(pool, 'withhold', { seats, reason: 'for the band' }));
    expect(withheld).toMatchObject({ withheld: 2, available: 5 });
    expect(problemIn(await client.buyLines([{ pool, seats: ['A-1'] }]), 'seat-unavailable', 409)).toMatchObject({
      seats: ['A-1'],
    });
    expect(poolIn(await client.steer(pool, 'withhold', { seats }))).toMatchObject({ withheld: 2 });
    expect(poolIn(await client.steer(pool, 'give-back', { seats: ['A-1'] }))).toMatchObject({
      withheld: 1,
      available: 6,
    });
    expect(seatsOf(await client.buyLines([{ pool, seats: ['A-1'] }]))).toEqual(['A-1']);
    const taken = problemIn(await client.steer(pool, 'withhold', { seats: ['A-1', 'A-3'] }), 'seat-unavailable', 409);
    expect(taken).toMatchObject({ seats: ['A-1'] });
    problemIn(await client.steer(pool, 'withhold', { quantity: 1 }), 'validation-failed', 422);
    problemIn(await client.steer(pool, 'withhold', { quantity: 1, seats }), 'validation-failed', 422);
    problemIn(await client.steer(pool, 'give-back', {}), 'validation-failed', 422);
  });

  test('withholds a quantity where seats have no numbers', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 10 });
    expect(poolIn(await client.steer(name, 'withhold', { quantity: 8 }))).toMatchObject({ withheld: 8, available: 2 });
    expect(problemIn(await client.buy(name, { quantity: 3 }), 'insufficient-inventory', 409)).toMatchObject({
      available: 2,
    });
    expect(
      problemIn(await client.steer(name, 'withhold', { quantity: 3 }), 'insufficient-inventory', 409),
    ).toMatchObject({
      requested: 3,
      available: 2,
    });
    expect(problemIn(await client.steer(name, 'give-back', { quantity: 9 }), 'invalid-quantity', 422)).toMatchObject({
      max: 8,
      detail: `8 tickets of ${name} are withheld; more cannot be given back.`,
    });
    expect(poolIn(await client.steer(name, 'give-back', { quantity: 8 }))).toMatchObject({
      withheld: 0,
      available: 10,
    });
    expect(
      (await client.call('POST', `/v1/pools/${name}/withhold`, { as: 'otherPromoter', body: { quantity: 1 } })).status,
    ).toBe(403);
  });
});
