import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { attentionAnswer } from '../../api/routes/operations';
import { poolStream, purchaseStream, showStream } from '../../src/domain';
import { lazyClient } from '../../src/runtime/temporal-connection';
import { parsed, poolIn, purchaseIn } from '../support/api-client';
import { eventually } from '../support/eventually';
import { ShowClient, showIn } from '../support/show-client';
import { temporalAddress } from '../support/temporal';
import { describeBoxOffice } from './box-office';

/** A workflow that is gone is found and started anew within this, on a machine that does much else. */
const REVIVED_WITHIN_MS = 40_000;
const MANY = 60;

describeBoxOffice(
  'A workflow that was terminated',
  (open) => {
    let temporal: Client;
    beforeAll(() => {
      temporal = lazyClient(temporalAddress(), open().stack.namespace);
    });
    afterAll(() => temporal?.connection.close());

    const terminate = (workflowId: string) => temporal.workflow.getHandle(workflowId).terminate('by mistake');
    const statusOf = async (workflowId: string) => {
      const { status, runId, staticDetails } = await temporal.workflow
        .getHandle(workflowId)
        .describe()
        .then(async (described) => ({
          ...described,
          status: described.status.name,
          staticDetails: await described.staticDetails(),
        }));
      return { status, runId, staticDetails };
    };
    /** The watch has looked as often since. */
    const turnsPass = async (turns: number) => {
      const due = async () => {
        const { rows } = await open().stack.database.query<{ due_at: Date }>('SELECT due_at FROM watch_progress');
        return rows[0]?.due_at.getTime() ?? 0;
      };
      for (let turn = 0; turn < turns; turn += 1) {
        const before = await due();
        await eventually(async () => (await due()) > before);
      }
    };
    /** Why an operator is told to look at the stream. */
    const attention = async (stream: string) => {
      const answer = await open().client.call('GET', '/v1/operations/attention', { as: 'operator' });
      const items = parsed(attentionAnswer, answer, 200).items.filter((item) => item.stream === stream);
      return items.find(({ kind }) => kind === 'workflow-gone')?.because;
    };
    const runsAgain = (workflowId: string) => eventually(async () => (await statusOf(workflowId)).status === 'RUNNING');

    test('of a purchase within its hold, the purchase can be paid at once', async () => {
      const { client } = open();
      const { id } = await client.reserve((await client.createPool()).name);
      await terminate(purchaseStream(id));
      expect(purchaseIn(await client.pay(id))).toMatchObject({ status: 'confirmed' });
      expect(await attention(purchaseStream(id))).toContain('its workflow was gone when it was sent payment');
    });

    test('of a purchase within its hold, the purchase can be cancelled at once', async () => {
      const { client } = open();
      const { name } = await client.createPool();
      const { id } = await client.reserve(name);
      await terminate(purchaseStream(id));
      expect(purchaseIn(await client.cancel(id))).toMatchObject({ status: 'cancelled' });
      expect(await client.pool(name)).toMatchObject({ available: 10, claimed: 0 });
    });

    test('of a purchase that nobody asks for, is started anew by itself, says so, and gives the tickets back at the end of the hold', async () => {
      const { client, stack } = open();
      const { name } = await client.createPool({ holdSeconds: 20 });
      const { id } = await client.reserve(name);
      const stream = purchaseStream(id);
      await terminate(stream);
      await runsAgain(stream);
      expect((await statusOf(stream)).staticDetails).toMatch(
        /Started anew from its stream at \S+Z, because its workflow was terminated at \S+Z\.$/,
      );
      expect(stack.workerLogs.join('\n')).toContain(`"stream":"${stream}"`);
      await eventually(async () =>
        expect(await attention(stream)).toMatch(/^its workflow was terminated at \S+Z; it was started anew at \S+Z$/),
      );
      await eventually(async () => (await client.purchase(id)).status === 'expired');
      expect(await client.pool(name)).toMatchObject({ available: 10, claimed: 0 });
    });

    test('of a purchase whose hold is over meanwhile, gives the tickets back', async () => {
      const { client } = open();
      const { name } = await client.createPool({ holdSeconds: 1 });
      const { id } = await client.reserve(name);
      await terminate(purchaseStream(id));
      await eventually(async () => (await client.purchase(id)).status === 'expired');
      expect(await client.pool(name)).toMatchObject({ available: 10, claimed: 0 });
    });

    test('is started anew however many were terminated at once, and each but once', async () => {
      const { client, stack } = open();
      const { name } = await client.createPool({ capacity: MANY, holdSeconds: 3_600 });
      const ids = await Promise.all(Array.from({ length: MANY }, async () => (await client.reserve(name)).id));
      await Promise.all(ids.map((id) => terminate(purchaseStream(id))));
      await Promise.all(ids.map((id) => runsAgain(purchaseStream(id))));
      const runs = ids.map(async (id) => {
        const found: string[] = [];
        for await (const { runId } of temporal.workflow.list({ query: `WorkflowId = '${purchaseStream(id)}'` })) {
          found.push(runId);
        }
        return found.length;
      });
      expect(await Promise.all(runs)).toEqual(ids.map(() => 2));
      const { rows } = await stack.database.query<{ tries: number }>(
        'SELECT tries FROM gone_workflows WHERE stream = ANY($1) AND restarted_at IS NOT NULL',
        [ids.map(purchaseStream)],
      );
      expect(rows).toEqual(ids.map(() => ({ tries: 1 })));
      await Promise.all(ids.map((id) => client.cancel(id)));
      expect(await client.pool(name)).toMatchObject({ available: MANY });
    });

    test('is left to the operator who resets it', async () => {
      const { client, stack } = open();
      const { id } = await client.reserve((await client.createPool()).name);
      const workflowId = purchaseStream(id);
      const { runId: before } = await statusOf(workflowId);
      // The reservation is committed before the task that made it is completed.
      const done = await eventually(async () => {
        const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
        return events?.find((event) => event.workflowTaskCompletedEventAttributes) ?? false;
      });
      await terminate(workflowId);
      const { runId } = await temporal.workflowService.resetWorkflowExecution({
        namespace: stack.namespace,
        workflowExecution: { workflowId, runId: before },
        reason: 'it was a mistake',
        workflowTaskFinishEventId: done.eventId ?? null,
        requestId: randomUUID(),
      });
      await turnsPass(3);
      expect(await statusOf(workflowId)).toMatchObject({ runId, status: 'RUNNING' });
      expect(purchaseIn(await client.pay(id)).status).toBe('confirmed');
    });

    test('is not started anew where its purchase had come to its end', async () => {
      const { client } = open();
      const { name } = await client.createPool();
      const { id } = await client.reserve(name);
      expect(purchaseIn(await client.pay(id)).status).toBe('confirmed');
      const before = await eventually(async () => {
        const last = await statusOf(purchaseStream(id));
        return last.status === 'COMPLETED' && last;
      });
      await turnsPass(3);
      expect(await statusOf(purchaseStream(id))).toEqual(before);
    });

    test('of a pool, is started anew, and steers the pool as it stands by now', async () => {
      const { client } = open();
      const { name } = await client.createPool();
      const price = { amount: 6_000, currency: 'EUR' };
      expect(poolIn(await client.steer(name, 'reprice', { price })).price).toEqual(price);
      expect(poolIn(await client.steer(name, 'stop', { reason: 'rain', holds: 'honour' })).status).toBe('stopped');
      await terminate(`pool-${name}`);
      await runsAgain(`pool-${name}`);
      expect(await client.pool(name)).toMatchObject({ status: 'stopped', reason: 'rain', price });
      expect(poolIn(await client.steer(name, 'resume')).status).toBe('on-sale');
      await terminate(`pool-${name}`);
      // A command that comes while it is gone does not wait for the watch.
      const stopped = poolIn(await client.steer(name, 'stop', { reason: 'more rain' }));
      expect(stopped).toMatchObject({ status: 'stopped', reason: 'more rain', price });
      expect(poolIn(await client.steer(name, 'cancel', { reason: 'flood' })).status).toBe('cancelled');
    });

    test('of a cancelled pool, or of a show and its pools, before all who hold tickets were told, is started anew for that', async () => {
      const { client, stack } = open();
      const shows = new ShowClient(client);
      const [pool, { name: show }] = [
        await client.createPool({ capacity: MANY, holdSeconds: 3_600 }),
        await shows.onSale(),
      ];
      const held = async (name: string, count: number) =>
        Promise.all(Array.from({ length: count }, async () => (await client.reserve(name)).id));
      const ids = [...(await held(pool.name, MANY)), ...(await held(`${show}--stalls`, 5))];
      const cancelled = async (stream: string, type: string) => {
        const sql = 'SELECT FROM events WHERE stream = $1 AND type = $2';
        await eventually(async () => (await stack.database.query(sql, [stream, type])).rowCount === 1);
      };
      const asked = [
        client.steer(pool.name, 'cancel', { reason: 'flood' }),
        shows.steer(show, 'cancel', { reason: 'flood' }),
      ];
      await Promise.all([
        cancelled(poolStream(pool.name), 'PoolCancelled').then(() => terminate(poolStream(pool.name))),
        cancelled(showStream(show), 'ShowCancelled').then(async () => {
          await terminate(showStream(show)).catch(() => undefined);
          await terminate(poolStream(`${show}--stalls`)).catch(() => undefined);
        }),
      ]);
      await Promise.all(asked);
      await eventually(async () => {
        const views = await Promise.all(ids.map((id) => client.purchase(id)));
        expect(views.map(({ status }) => status)).toEqual(ids.map(() => 'cancelled'));
      });
    });

    test('of a show, is started anew, goes on where the show stands, and brings its pools back as well', async () => {
      const shows = new ShowClient(open().client);
      const { name } = await shows.drafted();
      await terminate(`show-${name}`);
      await runsAgain(`show-${name}`);
      expect(showIn(await shows.steer(name, 'publish')).status).toBe('published');
      await terminate(`pool-${name}--stalls`);
      await terminate(`show-${name}`);
      await runsAgain(`show-${name}`);
      await runsAgain(`pool-${name}--stalls`);
      await terminate(`show-${name}`);
      expect(showIn(await shows.steer(name, 'open')).status).toBe('sales-open');
      const { id } = await open().client.reserve(`${name}--stalls`);
      expect(showIn(await shows.steer(name, 'cancel', { reason: 'flood' })).status).toBe('cancelled');
      expect(await open().client.becomes(id, 'cancelled')).toBeDefined();
    });
  },
  { longestOutageMs: REVIVED_WITHIN_MS },
);

describeBoxOffice(
  'A purchase that was answered 202',
  (open) => {
    test('is begun though its workflow was terminated before a worker had it', async () => {
      const { client, stack } = open();
      const maker = await stack.startWorker();
      const { name } = await client.createPool();
      await maker.end('SIGTERM');
      const { status, body } = await client.buy(name, { wait: 0 });
      expect(status).toBe(202);
      const { id } = body as { id: string };
      const temporal = lazyClient(temporalAddress(), stack.namespace);
      await temporal.workflow.getHandle(purchaseStream(id)).terminate('by mistake');
      await stack.startWorker();
      await eventually(async () => (await client.purchase(id)).status === 'reserved');
      await temporal.connection.close();
      expect(purchaseIn(await client.cancel(id)).status).toBe('cancelled');
    });
  },
  { workers: 0, longestOutageMs: REVIVED_WITHIN_MS },
);
