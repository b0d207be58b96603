import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { QueueFull } from '../../src/store';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import { Stage } from './stage';

/** More than any queue takes. */
const mostCommands = 100_000;
const commandsAtOnce = 500;

describeWith('temporal', 'a purchase that meets a full queue', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterAll(() => stage.close());

  /** While this lasts nothing is committed. */
  async function holdCommits(): Promise<{ end(): Promise<void> }> {
    const client = new Client({ connectionString: stage.database.options.connectionString });
    await client.connect();
    await client.query('SELECT pg_advisory_lock(842001)');
    return { end: () => client.end() };
  }

  const reserveOfNobody = () =>
    stage.activities.reserve({
      purchaseId: randomUUID(),
      customerId: 'bob',
      items: [{ pool: 'of-nobody', quantity: 1 }],
    });

  /** Gives the outcomes of the commands that the queue took. */
  async function fillQueue(): Promise<Promise<unknown>[]> {
    const sent: Promise<unknown>[] = [];
    let full = false;
    while (!full && sent.length < mostCommands) {
      for (let command = 0; command < commandsAtOnce; command += 1) {
        const outcome = reserveOfNobody().catch((error: unknown) => {
          if (!(error instanceof QueueFull)) throw error;
          full = true;
        });
        sent.push(outcome);
      }
      await new Promise(setImmediate);
    }
    return sent;
  }

  it('is tried again until there is room', async () => {
    const pool = await stage.pool();
    const commits = await holdCommits();
    const filling = await fillQueue();
    const buyer = await stage.buy({ [pool]: 1 });
    await eventually(async () => {
      const { events } = await buyer.handle.fetchHistory();
      return events?.some((event) => event.workflowTaskStartedEventAttributes) ?? false;
    });
    await expect(reserveOfNobody()).rejects.toThrow(QueueFull);
    await commits.end();
    await Promise.all(filling);
    await buyer.reaches('reserved');
    expect(await stage.counts(pool)).toMatchObject({ claimed: 1 });
    await buyer.cancel();
    await buyer.ends();
    await stage.assertSettled();
  });
});
