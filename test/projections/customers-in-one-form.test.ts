import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sameCustomer } from '../../src/domain';
import { type OpenStore, openStore } from '../support/event-store';

const migration = join(__dirname, '../../src/store/migrations/013_customers-in-one-form.sql');
const ids = [
  'bob',
  'Bob & söhne',
  'bob\u200b',
  'bob \u00ad',
  'ｂｏｂ',
  'José'.normalize('NFD'),
  'e\u034f\u0301',
  'क्ष\u200dत्र',
  '\u3164bob\ufe0f',
  '\u{1d173}bob\u{e0041}',
  '½ ﬁ Ⅳ',
];

describe('ids of customers that were written down as they came', () => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store.close());

  it('are brought into the form in which the code looks for them', async () => {
    const { database } = store;
    const purchases = ids.map((id) => ({ purchase: randomUUID(), id }));
    await database.query(
      'INSERT INTO customer_purchases (purchase_id, customer_id) SELECT * FROM unnest($1::uuid[], $2::text[])',
      [purchases.map(({ purchase }) => purchase), ids],
    );
    const [up = ''] = readFileSync(migration, 'utf8').split('-- Down Migration');
    await database.query(up);
    const { rows } = await database.query<{ purchase_id: string; customer_id: string }>(
      'SELECT * FROM customer_purchases',
    );
    const found = new Map(rows.map((row) => [row.purchase_id, row.customer_id]));
    expect(purchases.map(({ purchase }) => found.get(purchase))).toEqual(ids.map(sameCustomer));
  });
});
