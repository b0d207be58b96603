import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { readStream } from '../../src/store';
import { eventually } from '../support/eventually';
import { ShowClient } from '../support/show-client';
import { available } from '../support/surroundings';
import { type BoxOffice, describeBoxOffice } from './box-office';
import { ledgerOf } from './money';

const HOLDS = 24;

interface Sale {
  pool: string;
  /** What ends it, in one way of several. */
  end(): Promise<unknown>;
}

describeBoxOffice('a sale that ends while its buyers pay', (open) => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await Connection.connect({ address: available('temporal').address });
  });
  afterAll(() => connection.close());

  const cancelWorkflow = ({ stack }: BoxOffice, workflowId: string) =>
    new Client({ connection, namespace: stack.namespace }).workflow.getHandle(workflowId).cancel();

  async function poolEndedBy(office: BoxOffice, end: (name: string) => Promise<unknown>): Promise<Sale> {
    const { name } = await office.client.createPool({ capacity: HOLDS });
    return { pool: name, end: () => end(name) };
  }

  async function showEndedBy(
    office: BoxOffice,
    end: (name: string, shows: ShowClient) => Promise<unknown>,
  ): Promise<Sale> {
    const shows = new ShowClient(office.client);
    const { name } = await shows.onSale();
    return { pool: `${name}--stalls`, end: () => end(name, shows) };
  }

  const ways: [way: string, sale: (office: BoxOffice) => Promise<Sale>, last: string][] = [
    [
      'the cancellation of the pool',
      (office) => poolEndedBy(office, (name) => office.client.steer(name, 'cancel', { reason: 'no band' })),
      'PoolCancelled',
    ],
    [
      "the cancellation of the pool's workflow",
      (office) => poolEndedBy(office, (name) => cancelWorkflow(office, `pool-${name}`)),
      'PoolCancelled',
    ],
    [
      'a stop that releases the holds',
      (office) => poolEndedBy(office, (name) => office.client.steer(name, 'stop', { reason: 'a storm' })),
      'SalesStopped',
    ],
    [
      'the cancellation of the show',
      (office) => showEndedBy(office, (name, shows) => shows.steer(name, 'cancel', { reason: 'no band' })),
      'PoolCancelled',
    ],
    [
      "the cancellation of the show's workflow",
      (office) => showEndedBy(office, (name) => cancelWorkflow(office, `show-${name}`)),
      'PoolCancelled',
    ],
  ];

  test.each(ways)('by %s sells nothing after it, and gives all other money back', async (_, begin, last) => {
    const office = open();
    const { client, stack } = office;
    const { pool, end } = await begin(office);
    const holds = await Promise.all(
      Array.from({ length: HOLDS }, () => client.reserve(pool, { customerId: randomUUID() })),
    );
    const tokens = ['tok_ok', 'tok_ok', 'tok_lost', 'tok_slow'];
    const paid = holds.map(({ id }, index) => client.pay(id, { token: tokens[index % tokens.length] ?? 'tok_ok' }));
    const ended = end();
    const answers = await Promise.all(paid);
    await ended;
    const purchases = await eventually(async () => {
      const all = await Promise.all(holds.map(({ id }) => client.purchase(id)));
      return all.every(({ status }) => status !== 'reserved' && status !== 'paying') && all;
    });

    const events = await readStream(stack.database, `pool-${pool}`);
    const theEnd = events.find(({ type }) => type === last);
    expect(theEnd).toBeDefined();
    const after = events.filter(({ version }) => version > Number(theEnd?.version));
    expect(after.filter(({ type }) => type === 'TicketBought')).toEqual([]);
    const sold = events.filter(({ type }) => type === 'TicketBought').length;
    expect(await client.pool(pool)).toMatchObject({ claimed: 0, sold });
    expect(purchases.filter(({ status }) => status === 'confirmed')).toHaveLength(sold);
    for (const [index, { id, status }] of purchases.entries()) {
      expect(answers[index]?.status === 200).toBe(status === 'confirmed');
      // The tickets are given back first, so that a provider who is away keeps none of them.
      await eventually(async () => {
        const money = (await ledgerOf(stack.database, id)).map(({ kind }) => kind);
        expect(status === 'confirmed' ? [['capture']] : [[], ['capture', 'refund']]).toContainEqual(money);
      });
      const started = (await readStream(stack.database, `purchase-${id}`)).find(
        ({ type }) => type === 'PaymentStarted',
      );
      // Of one commit the order over several streams is not the order in which it was decided.
      if (started) expect(started.created.getTime()).toBeLessThanOrEqual(Number(theEnd?.created.getTime()));
    }
  });
});
