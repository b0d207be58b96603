import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { Pool as Database } from 'pg';
import { poolStream, showStream, statusQuery } from '../../src/domain';
import { connect, readStream, readStreams } from '../../src/store';
import { eventually } from '../support/eventually';
import { type Boxoffice, Premises, type ProgramName, programNames } from '../support/npm-start';
import { allGone, signal } from '../support/process-tree';
import { testSeed } from '../support/random';
import { brokenRules } from '../support/rules';
import { allPurchasesEnded } from '../support/settled';
import { ShopClient } from '../support/shop-client';
import { inDays } from '../support/show-client';

const SECTIONS = 40;

const steps = [
  { command: 'publish', event: 'ShowPublished', poolStatus: 'scheduled' },
  { command: 'open', event: 'ShowSalesOpened', poolStatus: 'on-sale' },
  { command: 'close', event: 'ShowSalesClosed', poolStatus: 'closed' },
] as const;
type Step = (typeof steps)[number];

type Moment = 'as it is asked for' | 'once it is decided' | 'while pools are being told';

describe(`a show of ${SECTIONS} sections`, () => {
  const premises = new Premises();
  let boxoffice: Boxoffice;
  let client: ShopClient;
  let database: Database;
  let temporal: Client;
  let longestOutageMs = 0;

  beforeAll(async () => {
    boxoffice = await premises.open(await premises.newDataDir());
    client = new ShopClient(boxoffice);
    database = connect(boxoffice.databaseUrl, () => undefined, { connections: 2 });
    temporal = new Client({ connection: Connection.lazy({ address: boxoffice.temporalAddress }) });
  });
  afterAll(async () => {
    client.close();
    await temporal.connection.close();
    await database.end();
    await premises.close();
  });

  const poolsOf = (show: string) => Array.from({ length: SECTIONS }, (_, nth) => `${show}--s${nth + 1}`);

  async function draft(): Promise<string> {
    const name = `gala-${randomUUID().slice(0, 8)}`;
    const price = { amount: 5_000, currency: 'EUR' };
    const sections = Array.from({ length: SECTIONS }, (_, nth) => ({ name: `s${nth + 1}`, capacity: 10, price }));
    const plan = { name, title: 'Gala', venue: name, startsAt: inDays(30), durationMinutes: 120, sections };
    const answer = await client.call('/v1/shows', { body: plan, key: boxoffice.keys.promoter });
    expect(answer).toMatchObject({ status: 201, body: { status: 'draft' } });
    return name;
  }

  /** Asks until it is in force: a command that was cut off may be given again. */
  async function steer(show: string, command: string): Promise<void> {
    const ask = () => client.call(`/v1/shows/${show}/${command}`, { body: {}, key: boxoffice.keys.promoter });
    await eventually(async () => expect(await ask()).toMatchObject({ status: 200 }));
  }

  async function typesIn(stream: string): Promise<string[]> {
    return (await readStream(database, stream)).map(({ type }) => type);
  }

  /** What the workflow of the pool says of itself; fails where there is none. */
  async function statusOf(pool: string): Promise<string> {
    const handle = temporal.workflow.getHandle(poolStream(pool));
    expect((await handle.describe()).status.name).toBe('RUNNING');
    return (await handle.query<{ status: string }>(statusQuery)).status;
  }

  async function comes(show: string, { event, poolStatus }: Step, moment: Moment, nth: number): Promise<unknown> {
    switch (moment) {
      case 'as it is asked for':
        return undefined;
      case 'once it is decided':
        return eventually(async () => (await typesIn(showStream(show))).includes(event));
      case 'while pools are being told': {
        const pool = poolsOf(show)[nth] ?? '';
        return eventually(async () => expect(await statusOf(pool)).toBe(poolStatus));
      }
    }
  }

  async function kill(name: ProgramName): Promise<void> {
    const victim = boxoffice.program(name);
    if (!victim) throw new Error(`there is no ${name}`);
    const began = performance.now();
    signal(victim, 'SIGKILL');
    await allGone([victim]);
    await eventually(() => programNames.every((each) => boxoffice.program(each)));
    await eventually(async () => expect(await client.call('/health/ready')).toMatchObject({ status: 200 }));
    longestOutageMs = Math.max(longestOutageMs, performance.now() - began);
  }

  it.each<[victim: ProgramName, moment: Moment]>([
    ['worker', 'as it is asked for'],
    ['worker', 'once it is decided'],
    ['worker', 'while pools are being told'],
    ['postgres', 'while pools are being told'],
    ['temporal', 'while pools are being told'],
  ])(
    'is published, opened and closed whole and once, though %s dies in each of the three %s',
    async (victim, moment) => {
      const show = await draft();
      const pools = poolsOf(show);
      for (const [index, step] of steps.entries()) {
        const inForce = steer(show, step.command);
        await comes(show, step, moment, (testSeed() + index * 17) % SECTIONS);
        await kill(victim);
        await inForce;
        await eventually(async () => {
          const statuses = await Promise.all(pools.map(statusOf));
          expect(new Set(statuses)).toEqual(new Set([step.poolStatus]));
        });
        if (step.command === 'open') {
          expect(await client.pay((await client.reserve(pools[0] ?? '')).id)).toMatchObject({ status: 200 });
        }
      }
      expect(await typesIn(showStream(show))).toEqual(['ShowDrafted', ...steps.map(({ event }) => event)]);
      const events = await readStreams(
        database,
        pools.map((pool) => ({ stream: poolStream(pool), after: 0 })),
      );
      for (const pool of pools) {
        const ofPool = events.filter(({ stream, type }) => stream === poolStream(pool) && !type.startsWith('Ticket'));
        expect(ofPool.map(({ type }) => type)).toEqual(['PoolCreated', 'SalesOpened', 'SalesClosed']);
      }
      await allPurchasesEnded(boxoffice);
      expect(await brokenRules(boxoffice.databaseUrl, { acknowledged: [], longestOutageMs })).toEqual([]);
    },
  );
});
