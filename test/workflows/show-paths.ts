import { poolStream, type ShowSettings } from '../../src/domain';
import { poolOfBefore } from '../support/box-office';
import { eventually } from '../support/eventually';
import type { Director } from './director';
import type { Path } from './paths';
import type { Stage } from './stage';

type Act = (director: Director, stage: Stage) => Promise<unknown>;

const illness = { reason: 'the singer is ill' };
const hour = 3_600;
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

/** A draft that is led on by `act`. */
const path = (name: string, status: string, act: Act): Path => ({
  name: `show-${name}`,
  status,
  async play(stage) {
    const director = await stage.direct();
    await act(director, stage);
    await director.reaches({ status });
    return director.handle;
  },
});

const asked =
  (...signals: string[]): Act =>
  async (director) => {
    for (const signal of signals) await director.ask(signal);
  };

/** More signals than a history of the test server may hold. */
const manySignals = 24;

async function continuedAsNew(stage: Stage): Promise<{ director: Director; firstRun: string }> {
  const director = await stage.direct();
  const firstRun = (await director.handle.describe()).runId;
  for (let nth = 1; nth <= manySignals; nth += 1) await director.ask('changeShow', { title: `Gala ${nth}` });
  await eventually(async () => (await director.handle.describe()).runId !== firstRun);
  return { director, firstRun };
}

/** The hours that Temporal's clock has passed are still ahead by the clock of the activities. */
async function withTheClockBehind(
  stage: Stage,
  seconds: number,
  changes: Partial<ShowSettings>,
  ...signals: string[]
): Promise<Director['handle']> {
  await stage.stopWorker();
  stage.turnClock(-seconds * 1_000);
  try {
    const director = await stage.direct(changes);
    for (const signal of signals) await director.send(signal);
    await stage.startWorker();
    await director.handle.result();
    return director.handle;
  } finally {
    stage.turnClock(0);
  }
}

/** Every way that a show can go, and its pools with it. */
export const showPaths: readonly Path[] = [
  path('drafted', 'draft', async () => undefined),
  path('changed', 'draft', (director) => director.ask('changeShow', { title: 'Summer Gala' })),
  path('published', 'published', asked('publish')),
  path('on-sale', 'sales-open', asked('publish', 'openSales')),
  path('closed', 'sales-closed', asked('publish', 'openSales', 'closeSales')),
  path('cancelled-as-a-draft', 'cancelled', async (director) => {
    await director.send('cancelShow', illness);
    await director.handle.result();
  }),
  path('cancelled', 'cancelled', async (director, stage) => {
    await asked('publish', 'openSales')(director, stage);
    await director.send('cancelShow', illness);
    await director.handle.result();
  }),
  path('cancelled-by-an-operator', 'cancelled', async (director, stage) => {
    await asked('publish')(director, stage);
    await director.handle.cancel();
    await director.handle.result();
  }),
  path('with-signals-not-understood', 'draft', async (director) => {
    await director.send('openSale');
    await director.ask('cancelShow', { why: 'the singer is ill' });
  }),
  path('with-signals-refused', 'draft', asked('openSales', 'closeSales')),
  path('with-a-name-of-a-pool-taken', 'draft', async (director, stage) => {
    await director.reaches({ status: 'draft' });
    await poolOfBefore(stage.database, { name: director.pools[1] ?? '' });
    await director.ask('publish');
  }),
  path('with-an-outcome-asked-for-first', 'published', async (director) => {
    const requestId = 'publish-1';
    const outcome = director.outcome(requestId);
    await eventually(async () => {
      const { events } = await director.handle.fetchHistory();
      return events?.some(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted) ?? false;
    });
    await director.send('publish', { requestId });
    await outcome;
  }),
  {
    name: 'show-opened-and-closed',
    status: 'sales-closed',
    async play(stage) {
      const director = await stage.direct({ opensAt: inSeconds(4), closesAt: inSeconds(7) });
      await director.ask('publish');
      await director.reaches({ status: 'sales-closed' });
      return director.handle;
    },
  },
  {
    name: 'show-completed',
    status: 'completed',
    async play(stage) {
      const startsAt = inSeconds(-hour);
      return withTheClockBehind(stage, 2 * hour, { startsAt, durationMinutes: 1 }, 'publish');
    },
  },
  {
    name: 'show-never-published',
    status: 'cancelled',
    async play(stage) {
      return withTheClockBehind(stage, 2 * hour, { startsAt: inSeconds(-hour) });
    },
  },
  {
    name: 'show-refused',
    status: 'refused',
    async play(stage) {
      const { venue, startsAt } = (await drafted(stage)).settings;
      const director = await stage.direct({ venue, startsAt });
      await director.handle.result();
      return director.handle;
    },
  },
  {
    name: 'show-signalled-before-it-was-drafted',
    status: 'sales-open',
    async play(stage) {
      await stage.stopWorker();
      const director = await stage.direct();
      await director.send('publish');
      await director.send('openSales');
      await stage.startWorker();
      await director.reaches({ status: 'sales-open' });
      return director.handle;
    },
  },
  {
    name: 'show-cancelled-before-all-that-waited',
    status: 'cancelled',
    async play(stage) {
      const director = await stage.direct();
      await director.ask('publish');
      await stage.stopWorker();
      for (const signal of ['openSales', 'closeSales']) await director.send(signal);
      await director.send('cancelShow', illness);
      await stage.startWorker();
      await director.handle.result();
      return director.handle;
    },
  },
  {
    name: 'show-with-many-signals-at-once',
    status: 'sales-closed',
    async play(stage) {
      const director = await stage.direct();
      await director.ask('publish');
      await stage.stopWorker();
      for (const signal of ['openSales', 'openSales', 'closeSales']) await director.send(signal);
      await stage.startWorker();
      await director.reaches({ status: 'sales-closed', handled: 4 });
      return director.handle;
    },
  },
  {
    name: 'show-opened-and-closed-by-its-alarm',
    status: 'sales-closed',
    async play(stage) {
      const director = await stage.direct({ opensAt: inSeconds(4), closesAt: inSeconds(8) });
      await director.ask('publish');
      await director.reaches({ status: 'sales-open' });
      await director.reaches({ status: 'sales-closed' });
      return director.handle;
    },
  },
  {
    name: 'show-whose-pool-was-cancelled',
    status: 'sales-open',
    async play(stage) {
      const director = await stage.direct();
      await director.ask('publish');
      const pool = stage.client.workflow.getHandle(poolStream(director.pools[0] ?? ''));
      await pool.signal('cancelSales', illness);
      await pool.result();
      await director.ask('openSales');
      return director.handle;
    },
  },
  {
    name: 'pool-of-a-show',
    status: 'closed',
    async play(stage) {
      const director = await stage.direct();
      for (const signal of ['publish', 'openSales', 'closeSales']) await director.ask(signal);
      await director.poolsReach({ status: 'closed' });
      return stage.client.workflow.getHandle(poolStream(director.pools[0] ?? ''));
    },
  },
  {
    name: 'show-until-it-continues-as-new',
    status: 'draft',
    async play(stage) {
      const { director, firstRun } = await continuedAsNew(stage);
      return stage.client.workflow.getHandle(director.handle.workflowId, firstRun);
    },
  },
  {
    name: 'show-continued-as-new',
    status: 'published',
    async play(stage) {
      const { director } = await continuedAsNew(stage);
      await director.ask('publish');
      return director.handle;
    },
  },
];

async function drafted(stage: Stage): Promise<Director> {
  const director = await stage.direct();
  await director.reaches({ status: 'draft' });
  return director;
}
