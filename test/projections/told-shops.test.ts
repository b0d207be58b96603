import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool as Database } from 'pg';
import { connect } from '../../src/store';
import { createTestDatabase } from '../support/database';

const migration = join(__dirname, '../../src/store/migrations/015_shops.sql');

describe('whose the purchases and carts are that were made before they said it', () => {
  let database: Database;
  let drop: () => Promise<unknown>;
  beforeAll(async () => {
    const test = await createTestDatabase();
    database = connect(test.url, () => undefined);
    drop = test.drop;
  });
  afterAll(async () => {
    await database.end();
    await drop();
  });

  async function request(holder: string, { refusal, cart }: { refusal?: object; cart?: string } = {}) {
    const purchaseId = randomUUID();
    await database.query(
      `INSERT INTO purchase_requests (purchase_id, key_holder, idempotency_key, body_hash, customer_id, items, refusal, cart)
       VALUES ($1::uuid, $2, $5, '', 'alice', '[]', $3, $4)`,
      [purchaseId, holder, refusal ?? null, cart === undefined ? null : { id: cart, version: 2 }, purchaseId],
    );
    return purchaseId;
  }

  it('is kept by the migration, of all that the API remembers of shops', async () => {
    const [, down = ''] = (await readFile(migration, 'utf8')).split('-- Down Migration');
    const [up = ''] = (await readFile(migration, 'utf8')).split('-- Down Migration');
    await database.query(down);
    const [mine, ofTwo] = [randomUUID(), randomUUID()];
    const purchases = {
      web: await request('shop:web', { cart: mine }),
      kiosk: await request('shop:kiosk', { cart: ofTwo }),
      refused: await request('shop:web', { refusal: { slug: 'sales-not-open' }, cart: ofTwo }),
      operator: await request('operator:olga'),
    };
    await database.query(up);
    const { rows } = await database.query<{ stream: string; shop: string }>('SELECT stream, shop FROM stream_shops');
    const kept = new Map(rows.map(({ stream, shop }) => [stream, shop]));
    expect(kept).toEqual(
      new Map([
        [`purchase-${purchases.web}`, 'web'],
        [`purchase-${purchases.kiosk}`, 'kiosk'],
        [`cart-${mine}`, 'web'],
      ]),
    );
  });
});
