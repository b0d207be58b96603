import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { paymentUnderKey } from '../../api/payment-requests';
import { purchaseStream } from '../../src/domain';
import { lazyClient } from '../../src/runtime/temporal-connection';
import { problemIn, purchaseIn } from '../support/api-client';
import { createLedger } from '../support/box-office';
import { eventually } from '../support/eventually';
import { temporalAddress } from '../support/temporal';
import { describeBoxOffice } from './box-office';

describeBoxOffice('a payment whose workflow was terminated before the provider had an answer', (open) => {
  let temporal: Client;
  beforeAll(() => {
    temporal = lazyClient(temporalAddress(), open().stack.namespace);
  });
  afterAll(() => temporal?.connection.close());

  test('took no money, says so to whoever asks under its key, and another one may follow', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name);
    const key = randomUUID();
    const method = { type: 'creditCard', token: 'tok_ok' } as const;
    const paymentId = paymentUnderKey({ purchaseId: id, holder: 'shop:web', key }, method);
    const worker = createLedger(stack.databaseUrl);
    // As a worker that died between the step and the provider.
    worker.clock.now = new Date();
    await worker.activities.startPayment({ purchaseId: id, pools: [name], paymentId, method: method.type });
    await worker.close();
    await temporal.workflow.getHandle(purchaseStream(id)).terminate('by mistake');
    await eventually(async () => (await client.purchase(id)).status === 'reserved');

    const interrupted = problemIn(await client.pay(id, { key }), 'payment-declined', 402);
    expect(interrupted).toMatchObject({ reason: 'it was interrupted, and took no money', attemptsLeft: 3 });
    expect(purchaseIn(await client.pay(id))).toMatchObject({ status: 'confirmed' });
  });
});
