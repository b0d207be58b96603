import { problemIn } from '../support/api-client';
import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';

const TIME_LIMIT_MS = 120_000;

describeBoxOffice(
  'a hold that has ended',
  (open) => {
    test('is told as that alone while the tickets are not given back yet', async () => {
      const { client, stack } = open();
      const worker = await stack.startWorker();
      const { name } = await client.createPool({ holdSeconds: 2 });
      const { id, expiresAt } = await client.reserve(name);
      await worker.end('SIGKILL');
      await eventually(() => Date.now() > Date.parse(expiresAt ?? ''));

      const { detail } = problemIn(await client.pay(id, { wait: 0 }), 'purchase-expired', 410);
      expect(await client.pool(name)).toMatchObject({ claimed: 1 });
      expect(detail).toContain('The hold has ended');
      expect(detail).not.toContain('given back');

      await stack.startWorker();
      const expired = async () => (await client.purchase(id)).failure ?? false;
      expect(await eventually(expired)).toMatchObject({ status: 410, detail });
      expect(await client.pool(name)).toMatchObject({ available: 10, claimed: 0 });
    });
  },
  { workers: 0, longestOutageMs: TIME_LIMIT_MS },
);

describeBoxOffice('a payment that is declined for the last time', (open) => {
  test('is told as that alone, whenever the tickets are given back', async () => {
    const { client } = open();
    const { id } = await client.reserve((await client.createPool()).name);
    for (const left of [2, 1, 0]) {
      const { detail, attemptsLeft } = problemIn(
        await client.pay(id, { token: 'tok_declined' }),
        'payment-declined',
        402,
      );
      expect(attemptsLeft).toBe(left);
      expect(detail).not.toContain('given back');
    }
  });
});
