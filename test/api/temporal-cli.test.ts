import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { problemIn, purchaseIn } from '../support/api-client';
import { eventually } from '../support/eventually';
import { available } from '../support/surroundings';
import { describeBoxOffice } from './box-office';

const run = promisify(execFile);

describeBoxOffice('signals of the Temporal CLI', (open) => {
  async function signal(workflowId: string, name: string, input?: unknown): Promise<void> {
    const { program, address } = available('temporal');
    const where = ['--address', address, '--namespace', open().stack.namespace];
    const given = input === undefined ? [] : ['--input', JSON.stringify(input)];
    await run(program, ['workflow', 'signal', '--workflow-id', workflowId, '--name', name, ...given, ...where]);
  }

  test('stop, resume, reprice and cancel a pool as the calls of the API do', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const becomes = (expected: object) =>
      eventually(async () => expect(await client.pool(name)).toMatchObject(expected));
    const held = await client.reserve(name);

    await signal(`pool-${name}`, 'stopSales', { reason: 'a storm', holds: 'release' });
    await becomes({ status: 'stopped', reason: 'a storm', claimed: 0, available: 10 });
    expect((await client.becomes(held.id, 'cancelled')).failure?.detail).toContain('a storm');
    problemIn(await client.buy(name), 'sales-stopped', 409);

    await signal(`pool-${name}`, 'resumeSales');
    await becomes({ status: 'on-sale' });
    const older = await client.reserve(name);
    await signal(`pool-${name}`, 'reprice', { price: { amount: 9_000, currency: 'EUR' } });
    await becomes({ price: { amount: 9_000, currency: 'EUR' }, claimed: 1 });
    expect((await client.reserve(name)).total).toEqual({ amount: 9_000, currency: 'EUR' });

    await signal(`pool-${name}`, 'stopSales', { reason: 'lunch', holds: 'honour' });
    await becomes({ status: 'stopped', reason: 'lunch', claimed: 2 });
    expect(purchaseIn(await client.pay(older.id))).toMatchObject({ status: 'confirmed', total: { amount: 5_000 } });

    await signal(`pool-${name}`, 'cancelSales', { reason: 'no band' });
    await becomes({ status: 'cancelled', reason: 'no band', claimed: 0, sold: 1 });
  });

  test('reprice a pool by its base, by its rules or by both, and claims keep their prices', async () => {
    const { client } = open();
    const euros = (amount: number) => ({ amount, currency: 'EUR' });
    const demand = { everyPercentSold: 20, percent: 10, maxPercent: 30 };
    const { name } = await client.createPool();
    const becomes = (expected: object) =>
      eventually(async () => expect(await client.pool(name)).toMatchObject(expected));
    const older = await client.reserve(name, { quantity: 2 });

    await signal(`pool-${name}`, 'reprice', { pricing: { demand } });
    await becomes({ price: euros(5_500), basePrice: euros(5_000), pricing: { demand } });
    const newer = await client.reserve(name, { quantity: 2 });
    await signal(`pool-${name}`, 'reprice', { price: euros(8_000), pricing: { ceiling: 7_777 } });
    await becomes({ price: euros(7_777), basePrice: euros(8_000), pricing: { ceiling: 7_777 } });
    await signal(`pool-${name}`, 'reprice', { pricing: { demand, floor: 0 } });
    await signal(`pool-${name}`, 'reprice', { pricing: { countdown: { startDaysBefore: 1 } } });
    await signal(`pool-${name}`, 'reprice', { pricing: {} });
    await becomes({ price: euros(8_000) });

    const paid = await Promise.all([client.pay(older.id), client.pay(newer.id)]);
    expect(paid.map((answer) => purchaseIn(answer).total)).toEqual([euros(10_000), euros(11_000)]);
  });

  test('change nothing when they make no sense', async () => {
    const { client } = open();
    const before = await client.createPool();
    const pool = `pool-${before.name}`;
    await signal(pool, 'stopSales', { reason: 5 });
    await signal(pool, 'reprice', { price: { amount: -1, currency: 'EUR' } });
    await signal(pool, 'reprice', { price: { amount: 1, currency: 'USD' } });
    await signal(pool, 'reprice');
    await signal(pool, 'startSales', {});
    await signal(pool, 'resumeSales', 'please');
    expect(await client.steer(before.name, 'resume')).toMatchObject({ status: 200, body: before });
  });

  test('pay and cancel purchases', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const [paid, cancelled] = [await client.reserve(name), await client.reserve(name)];
    const method = { type: 'creditCard', token: 'tok_ok' };
    await signal(`purchase-${paid.id}`, 'payment', { paymentId: 'nonsense', method });
    await signal(`purchase-${paid.id}`, 'payment', { paymentId: '0b7c54a8-6d0e-4c0f-9c58-1f7b3c0d9e11', method });
    await client.becomes(paid.id, 'confirmed');
    await signal(`purchase-${cancelled.id}`, 'cancel');
    await client.becomes(cancelled.id, 'cancelled');
    expect(await client.pool(name)).toMatchObject({ sold: 1, available: 9 });
  });
});
