import { crowd, expectThat, inDays, inWords, type Money, newName, ok, refused, type Stage } from './box-office';

const earlyBird = [
  { name: 'Early bird', fromDaysBefore: 30, percent: -20 },
  { name: 'Regular' },
  { name: 'Last minute', withinDays: 7, percent: 10 },
];
const demand = { everyPercentSold: 10, percent: 5, maxPercent: 50 };
const euros = (amount: number) => ({ amount: amount * 100, currency: 'EUR' });
const rows = (count: number, last: number) =>
  Array.from({ length: count }, (_, nth) => ({ row: `R${nth + 1}`, first: 1, last }));
const atOnce = 10;

interface Pool {
  name: string;
  available: number;
  withheld: number;
  claimed: number;
  sold: number;
  capacity: number;
  price: Money;
}

/** A concert of 12,000 in four sections: early bird, prices that rise with demand, and seats kept for the band. */
export async function concert({ office, say }: Stage): Promise<void> {
  const name = newName('stadium');
  const pool = (section: string) => `${name}--${section}`;
  const look = async (section: string) => ok(await office.read(`/v1/pools/${pool(section)}`)) as unknown as Pool;
  const sections = [
    { name: 'floor', title: 'Floor, standing', capacity: 6_000, price: euros(60), maxPerPurchase: 8 },
    { name: 'stalls', title: 'Stalls', rows: rows(30, 100), price: euros(90), maxPerPurchase: 8 },
    { name: 'balcony', title: 'Balcony', rows: rows(25, 100), price: euros(75), maxPerCustomer: 6 },
    { name: 'boxes', title: 'Boxes', rows: rows(50, 10), price: euros(200), maxPerPurchase: 10 },
  ].map((section) => ({ ...section, pricing: { tiers: earlyBird, demand } }));
  ok(
    await office.promoter('/v1/shows', {
      name,
      title: 'The Stadium Night',
      venue: newName('Riverside stadium'),
      startsAt: inDays(45, 19),
      durationMinutes: 180,
      turnaroundMinutes: 240,
      sections,
    }),
  );
  refused(await office.promoter(`/v1/shows/${name}/open`, {}), 'show-status-conflict');
  ok(await office.promoter(`/v1/shows/${name}/publish`, {}));
  const pools = await Promise.all(sections.map((section) => look(section.name)));
  const total = pools.reduce((sum, { capacity }) => sum + capacity, 0);
  expectThat(total === 12_000, 'there are 12,000 places', total);
  say(`${name}: ${pools.map((each) => `${each.capacity} at ${inWords(each.price)}`).join(', ')}; early bird.`);

  const band = Array.from({ length: 20 }, (_, nth) => `R1-${41 + nth}`);
  ok(await office.promoter(`/v1/pools/${pool('stalls')}/withhold`, { seats: band, reason: 'guests of the band' }));
  const early = await office.shop('/v1/purchases', {
    customerId: 'eve',
    items: [{ pool: pool('floor'), quantity: 1 }],
  });
  refused(early, 'sales-not-open');
  ok(await office.promoter(`/v1/shows/${name}/open`, {}));
  say(`Sales are open; ${band.length} seats in the middle of the front row are kept for the band.`);

  const best = ok(await office.sell('ann', [{ pool: pool('stalls'), quantity: 4, bestAvailable: true }]));
  const seats = seatsIn(best);
  expectThat(!seats.some((seat) => band.includes(seat)), 'the seats of the band are not for sale', seats);
  say(`Ann asks for the best four seats in the stalls: ${seats.join(', ')}.`);
  refused(await office.sell('bob', [{ pool: pool('stalls'), seats: ['R1-41'] }]), 'seat-unavailable');

  const before = await look('boxes');
  const parties = await crowd([...Array(6).keys()], atOnce, (nth) =>
    office.sell(`party-${nth}`, [{ pool: pool('boxes'), quantity: 10, bestAvailable: true }]),
  );
  expectThat(new Set(parties.flatMap(({ body }) => seatsIn(body))).size === 60, 'six parties have sixty seats');
  const after = await look('boxes');
  expectThat(after.price.amount > before.price.amount, 'the price rises with demand', after.price);
  say(`Six parties take a box each: a seat there costs ${inWords(after.price)} instead of ${inWords(before.price)}.`);
  const wish = { pool: pool('boxes'), quantity: 1, maxUnitPrice: before.price };
  const dearer = refused(await office.sell('carl', [wish]), 'price-changed');
  say(`Carl would pay no more than before, and is told of ${inWords(dearer.price as Money)}.`);

  await fillACart({ office, say }, name);

  ok(await office.promoter(`/v1/pools/${pool('stalls')}/give-back`, { seats: band.slice(10) }));
  const crowded = await crowd([...Array(60).keys()], atOnce, (nth) =>
    office.sell(`fan-${nth}`, [
      { pool: pool('floor'), quantity: 1 + (nth % 8) },
      { pool: pool('stalls'), quantity: 1 + (nth % 4) },
    ]),
  );
  for (const answer of crowded) ok(answer);
  const numbers = ok(await office.promoter(`/v1/analytics/shows/${name}`)) as unknown as {
    totals: { sold: number; revenue: Money };
  };
  const paid = [best, ...parties.map(({ body }) => body), ...crowded.map(({ body }) => body)];
  const stalls = await look('stalls');
  expectThat(stalls.withheld === 10, 'half of the seats of the band are back on sale', stalls);
  expectThat(stalls.available + stalls.claimed + stalls.sold + stalls.withheld === 3_000, 'it adds up', stalls);
  const least = paid.reduce((sum, { total: each }) => sum + (each as Money).amount, 0);
  expectThat(numbers.totals.revenue.amount >= least, 'no cent is missing', numbers);
  say(`${numbers.totals.sold} tickets sold for ${inWords(numbers.totals.revenue)}.`);
}

/** A customer collects lines over two sections, changes their mind, and checks out all at once. */
async function fillACart({ office, say }: Stage, show: string): Promise<void> {
  const cart = ok(await office.shop('/v1/carts', { customerId: 'dora' }));
  const at = `/v1/carts/${cart.id}`;
  ok(await office.shop(`${at}/items`, { pool: `${show}--balcony`, quantity: 2 }));
  ok(await office.shop(`${at}/items`, { pool: `${show}--floor`, quantity: 4 }));
  ok(await office.shop(`${at}/items/${show}--floor`, undefined, 'DELETE'));
  const undone = ok(await office.shop(`${at}/undo`, {}));
  expectThat((undone.items as unknown[]).length === 2, 'the floor is back in the cart', undone);
  const reserved = ok(await office.shop(`${at}/checkout`, {}));
  const confirmed = ok(await office.pay(String(reserved.id)));
  refused(await office.shop(`${at}/checkout`, {}), 'cart-checked-out');
  say(`Dora's cart holds the balcony and the floor: order ${confirmed.orderId}, ${inWords(confirmed.total as Money)}.`);
}

const seatsIn = ({ items }: Record<string, unknown>) =>
  (items as { tickets: { seat: string }[] }[]).flatMap(({ tickets }) => tickets.map(({ seat }) => seat));
