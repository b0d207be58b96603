import { type Answer, problemIn, purchaseIn } from '../support/api-client';
import { describeBoxOffice } from './box-office';

const euros = (amount: number) => ({ amount, currency: 'EUR' });

describeBoxOffice('a purchase of several lines', (open) => {
  const pool = async (changes: object = {}) => (await open().client.createPool(changes)).name;
  const availableIn = async (...names: string[]) =>
    Promise.all(names.map(async (name) => (await open().client.pool(name)).available));

  test('holds and buys tickets of several pools, each at its own price', async () => {
    const { client } = open();
    const demand = { everyPercentSold: 10, percent: 50, maxPercent: 50 };
    const [standing, seated, rising] = await Promise.all([
      pool({ price: euros(2_000) }),
      pool({ capacity: undefined, seats: ['A-1', 'A-2', 'A-3'], price: euros(7_000) }),
      pool({ price: euros(1_000), pricing: { demand } }),
    ]);
    await client.reserve(rising);
    const lines = [
      { pool: standing, quantity: 3 },
      { pool: seated, seats: ['A-3', 'A-1'] },
      { pool: rising, quantity: 1, maxUnitPrice: euros(1_500) },
    ];
    const held = purchaseIn(await client.buyLines(lines), 201);
    expect(held.total).toEqual(euros(3 * 2_000 + 2 * 7_000 + 1_500));
    expect(held.items).toMatchObject([
      { pool: standing, quantity: 3, tickets: Array(3).fill({ price: euros(2_000) }) },
      { pool: seated, quantity: 2, tickets: [{ seat: 'A-3' }, { seat: 'A-1' }] },
      { pool: rising, quantity: 1, tickets: [{ price: euros(1_500) }] },
    ]);
    expect(purchaseIn(await client.pay(held.id))).toMatchObject({ status: 'confirmed', total: held.total });
    expect(await availableIn(standing, seated, rising)).toEqual([7, 1, 8]);
  });

  test('gives all of it back when it is cancelled', async () => {
    const { client } = open();
    const [one, other] = await Promise.all([pool(), pool()]);
    const held = purchaseIn(
      await client.buyLines([
        { pool: other, quantity: 2 },
        { pool: one, quantity: 3 },
      ]),
      201,
    );
    expect(await availableIn(one, other)).toEqual([7, 8]);
    purchaseIn(await client.cancel(held.id));
    expect(await availableIn(one, other)).toEqual([10, 10]);
  });

  test('is refused as a whole where one line cannot be had, and says which', async () => {
    const { client } = open();
    const [plenty, scarce, stopped] = await Promise.all([pool(), pool({ capacity: 1 }), pool()]);
    await client.steer(stopped, 'stop', { reason: 'rain' });
    const refused = (line: object) => client.buyLines([{ pool: plenty, quantity: 1 }, line]);
    const answers: [Promise<Answer>, string, number, object][] = [
      [refused({ pool: scarce, quantity: 2 }), 'insufficient-inventory', 409, { pool: scarce, available: 1 }],
      [refused({ pool: stopped, quantity: 1 }), 'sales-stopped', 409, { pool: stopped, reason: 'rain' }],
      [refused({ pool: scarce, quantity: 5 }), 'invalid-quantity', 422, { pool: scarce, max: 4 }],
      [refused({ pool: 'of-nobody', quantity: 1 }), 'not-found', 404, {}],
      [refused({ pool: plenty, quantity: 1 }), 'validation-failed', 422, {}],
      [
        refused({ pool: scarce, quantity: 1, maxUnitPrice: euros(4_999) }),
        'price-changed',
        409,
        { pool: scarce, price: euros(5_000) },
      ],
    ];
    for (const [answer, slug, status, members] of answers) {
      expect(problemIn(await answer, slug, status)).toMatchObject(members);
    }
    expect(await availableIn(plenty, scarce)).toEqual([10, 1]);
  });

  test('is of one currency', async () => {
    const { client } = open();
    const [inEuros, inYen] = await Promise.all([pool(), pool({ price: { amount: 500, currency: 'JPY' } })]);
    const lines = [
      { pool: inEuros, quantity: 1 },
      { pool: inYen, quantity: 1 },
    ];
    for (const items of [lines, lines.toReversed()]) {
      const { errors } = problemIn(await client.buyLines(items), 'validation-failed', 422);
      expect(errors).toMatchObject([{ path: 'currency' }]);
    }
    expect(await availableIn(inEuros, inYen)).toEqual([10, 10]);
  });

  test('is all or none among many that name the same pools in other orders', async () => {
    const { client } = open();
    const pools = await Promise.all([1, 2, 3].map(() => pool({ capacity: 12 })));
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, nth) => {
        const turned = [...pools.slice(nth % 3), ...pools.slice(0, nth % 3)];
        const items = (nth % 2 === 0 ? turned : turned.toReversed()).map((name) => ({ pool: name, quantity: 1 }));
        return client.buyLines(items, { customerId: `buyer-${nth}` });
      }),
    );
    const held = answers.filter(({ status }) => status === 201).map((answer) => purchaseIn(answer, 201));
    expect(held).toHaveLength(12);
    for (const { items, total } of held) expect([items.length, total]).toEqual([3, euros(15_000)]);
    for (const answer of answers) if (answer.status !== 201) problemIn(answer, 'insufficient-inventory', 409);
    expect(await availableIn(...pools)).toEqual([0, 0, 0]);
  });
});
