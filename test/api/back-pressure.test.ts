import { randomUUID } from 'node:crypto';
import { ApiClient, problemIn, purchaseIn } from '../support/api-client';
import type { WorkerProcess } from '../support/box-office-stack';
import { endConnections } from '../support/event-store';
import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';

describeBoxOffice(
  'purchases that wait to be decided',
  (open) => {
    const workers: WorkerProcess[] = [];
    beforeAll(async () => {
      workers.push(await open().stack.startWorker());
    });

    const undecided = async (url: string) => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
      return {
        waiting: value('boxoffice_purchases_undecided'),
        refused: value('boxoffice_purchases_refused_total'),
      };
    };

    test('are so many at the most: the next is refused before it is taken in, and a repeated one is answered', async () => {
      const { stack } = open();
      const { name } = await open().client.createPool({ capacity: 100 });
      const [worker] = workers;
      await worker?.end('SIGTERM');
      const api = await stack.startApi({ undecided: { purchases: 3 } });
      const client = new ApiClient(api);

      const orders = Array.from({ length: 8 }, () => ({ key: randomUUID(), wait: 0 }));
      const answers = await Promise.all(orders.map((order) => client.buy(name, order)));
      const taken = orders.filter((_, index) => answers[index]?.status === 202);
      expect(taken).toHaveLength(3);
      for (const answer of answers.filter(({ status }) => status !== 202)) {
        problemIn(answer, 'too-many-requests', 429);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect(await undecided(api.url)).toEqual({ waiting: 3, refused: 5 });
      const { rows } = await stack.database.query('SELECT 1 FROM purchase_requests');
      expect(rows).toHaveLength(3);

      const first = answers.find(({ status }) => status === 202)?.body;
      const again = await client.buy(name, taken[0]);
      expect([again.status, again.body]).toEqual([202, first]);
      problemIn(await client.buy(name, { ...taken[0], quantity: 2 }), 'idempotency-key-reused', 422);
      problemIn(await client.buy('of-nobody', { wait: 0 }), 'too-many-requests', 429);

      workers.push(await stack.startWorker());
      await eventually(async () => (await undecided(api.url)).waiting === 0);
      for (const order of taken) purchaseIn(await client.buy(name, { key: order.key }), 201);
      const refused = orders.find((order) => !taken.includes(order));
      purchaseIn(await client.buy(name, { ...refused, wait: 20 }), 201);
      await api.stop();
    });

    test('are seen decided though word of it was lost', async () => {
      const { stack } = open();
      const api = await stack.startApi({ undecided: { purchases: 1, lookMilliseconds: 100 } });
      const client = new ApiClient(api);
      const { name } = await client.createPool();
      for (let purchase = 0; purchase < 3; purchase += 1) {
        await eventually(() => endConnections(stack.databaseUrl, 'LISTEN'));
        await eventually(async () => expect((await client.buy(name, { wait: 0 })).status).toBe(202));
      }
      await eventually(async () => (await undecided(api.url)).waiting === 0);
      await api.stop();
    });

    test('count no longer after some time, or where they could not be started', async () => {
      const { stack, client } = open();
      const { name } = await client.createPool();
      for (const worker of workers.splice(0)) await worker.end('SIGTERM');
      const undecidedLimits = { purchases: 1, ageMilliseconds: 300, lookMilliseconds: 50 };
      const api = await stack.startApi({ undecided: undecidedLimits });
      for (let purchase = 0; purchase < 2; purchase += 1) {
        await eventually(async () => expect((await new ApiClient(api).buy(name, { wait: 0 })).status).toBe(202));
      }
      const away = await stack.startApi({ temporalAddress: '127.0.0.1:1', undecided: { purchases: 1 } });
      for (let purchase = 0; purchase < 2; purchase += 1) {
        problemIn(await new ApiClient(away).buy(name, { wait: 0 }), 'unavailable', 503);
      }
      expect(await undecided(away.url)).toEqual({ waiting: 0, refused: 0 });
      workers.push(await stack.startWorker());
      await Promise.all([api.stop(), away.stop()]);
    });
  },
  { workers: 0, longestOutageMs: 30_000 },
);
