import type { Client } from '@temporalio/client';
import { purchaseStream } from '../../src/domain';
import { lazyClient } from '../../src/runtime/temporal-connection';
import { eventually } from '../support/eventually';
import { temporalAddress } from '../support/temporal';
import { describeBoxOffice } from './box-office';

const SETTLED_WITHIN_MS = 90_000;
const HOLD_SECONDS = 10;

const tokens = ['tok_ok', 'tok_slow', 'tok_lost', 'tok_down', 'tok_declined'] as const;
/** What is there when the workflow is terminated. */
const moments = {
  'the payment has begun': `SELECT FROM events WHERE stream = $1 AND type = 'PaymentStarted'`,
  'the provider has heard of it': `SELECT FROM payment_simulator.payments WHERE 'purchase-' || purchase_id = $1`,
  'the provider has decided': `SELECT FROM payment_simulator.payments WHERE 'purchase-' || purchase_id = $1 AND status <> 'pending'`,
};

describeBoxOffice(
  'A purchase whose workflow is terminated while it pays',
  (open) => {
    let temporal: Client;
    beforeAll(() => {
      temporal = lazyClient(temporalAddress(), open().stack.namespace);
    });
    afterAll(() => temporal?.connection.close());

    const ended = ['confirmed', 'expired', 'refunded', 'cancelled'];

    test.each(tokens.flatMap((token) => Object.entries(moments).map(([moment, sql]) => [token, moment, sql] as const)))(
      'with %s, when %s, has its tickets or its money in the end',
      async (token, _, sql) => {
        const { client, stack } = open();
        const { name } = await client.createPool({ holdSeconds: HOLD_SECONDS });
        const { id } = await client.reserve(name);
        const stream = purchaseStream(id);
        expect((await client.pay(id, { token, wait: 0 })).status).toBe(202);
        await eventually(async () => ((await stack.database.query(sql, [stream])).rowCount ?? 0) > 0);
        // It may have come to its end by now.
        await temporal.workflow
          .getHandle(stream)
          .terminate('by mistake')
          .catch(() => undefined);
        await eventually(async () => ended.includes((await client.purchase(id)).status));
        await eventually(async () => {
          const { rows } = await stack.database.query<{ kind: string }>(
            `SELECT kind FROM payment_simulator.ledger JOIN payment_simulator.payments USING (payment_id) WHERE purchase_id = $1 ORDER BY kind`,
            [id],
          );
          const { status } = await client.purchase(id);
          const booked = { confirmed: ['capture'], refunded: ['capture', 'refund'] }[
            status as 'confirmed' | 'refunded'
          ];
          expect(rows.map(({ kind }) => kind)).toEqual(booked ?? []);
          const sold = status === 'confirmed' ? 1 : 0;
          expect(await client.pool(name)).toMatchObject({ available: 10 - sold, claimed: 0, sold });
        });
      },
    );
  },
  { longestOutageMs: SETTLED_WITHIN_MS },
);
