import { crowd, expectThat, inWords, type Money, newName, ok, refused, type Stage } from './box-office';

const capacity = 50;
const buyers = 60;
const atOnce = 20;

/** A pool by name alone: fifty tickets, one price, and sixty who want one. */
export async function poolOfFifty({ office, say }: Stage): Promise<void> {
  const name = newName('reading');
  ok(await office.promoter('/v1/pools', { name, capacity, price: { amount: 1_500, currency: 'EUR' } }));
  say(`Pool ${name}: ${capacity} tickets at 15.00 EUR. ${buyers} customers come for one each, ${atOnce} at a time.`);

  const answers = await crowd([...Array(buyers).keys()], atOnce, (nth) =>
    office.sell(`reader-${nth}`, [{ pool: name, quantity: 1 }]),
  );
  const sold = answers.filter(({ status }) => status === 200);
  for (const late of answers.filter((answer) => !sold.includes(answer))) refused(late, 'insufficient-inventory');
  expectThat(sold.length === capacity, 'all tickets are sold, and not one more', sold.length);
  const orders = new Set(sold.map(({ body }) => body.orderId));
  expectThat(orders.size === capacity, 'every order has an id of its own');
  say(`${sold.length} got one, such as order ${[...orders][0]}; ${buyers - capacity} were told that none is left.`);

  const pool = ok(await office.read(`/v1/pools/${name}`));
  expectThat(pool.soldOut === true && pool.sold === capacity && pool.claimed === 0, 'the pool says the same', pool);
  const earned = ok(await office.promoter(`/v1/analytics/revenue?pool=${name}`)).revenue as Money;
  expectThat(earned.amount === capacity * 1_500, 'no cent is missing', earned);
  say(`Sold out. Earned: ${inWords(earned)}.`);
}
