import { Crowd } from '../support/crowd';
import { eventually } from '../support/eventually';
import { type Boxoffice, Premises, type ProgramName, programNames } from '../support/npm-start';
import { allGone, signal } from '../support/process-tree';
import { brokenRules } from '../support/rules';
import { allPurchasesEnded } from '../support/settled';
import { ShopClient } from '../support/shop-client';

/** Less than a client may wait for one answer. */
const SOON_MS = 25_000;
const BUYERS = 8;
/** Longer than most outages, so that many who wait can still pay and some cannot. */
const HOLD_SECONDS = 8;

describe('npm start, when one of its programs is killed', () => {
  const premises = new Premises();
  let boxoffice: Boxoffice;
  let client: ShopClient;
  let longestOutageMs = 0;

  /** Kills it, and waits until a purchase goes all the way again. */
  async function outageOf(victim: ProgramName): Promise<void> {
    const began = performance.now();
    await kill(victim);
    await eventually(() => programNames.every((name) => boxoffice.program(name)));
    const { name } = await client.createPool({ capacity: 1 });
    expect(await client.pay((await client.reserve(name)).id)).toMatchObject({ status: 200 });
    longestOutageMs = Math.max(longestOutageMs, performance.now() - began);
  }

  async function kill(name: ProgramName): Promise<void> {
    const victim = boxoffice.program(name);
    if (!victim) throw new Error(`there is no ${name}`);
    signal(victim, 'SIGKILL');
    await allGone([victim]);
  }

  async function expectRules(crowd?: Crowd): Promise<void> {
    await allPurchasesEnded(boxoffice);
    const acknowledged = crowd?.acknowledged.values() ?? [];
    expect(await brokenRules(boxoffice.databaseUrl, { acknowledged, longestOutageMs })).toEqual([]);
  }

  beforeAll(async () => {
    boxoffice = await premises.open(await premises.newDataDir());
    client = new ShopClient(boxoffice);
  });
  afterAll(() => {
    client.close();
    return premises.close();
  });

  it('takes the money once for a purchase whose worker died before it was paid', async () => {
    const { name } = await client.createPool({ capacity: 4, holdSeconds: 120 });
    const { id } = await client.reserve(name, 2);
    await kill('worker');
    expect(await client.pay(id)).toMatchObject({ status: 200, body: { status: 'confirmed' } });
    expect(await client.timeline(id)).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseConfirmed']);
    expect(await client.pool(name)).toMatchObject({ available: 2, claimed: 0, sold: 2 });
    await expectRules();
  });

  it('takes the money once, and soon, when the worker dies while the provider is asked', async () => {
    const { name } = await client.createPool({ capacity: 4, holdSeconds: 120 });
    const { id } = await client.reserve(name);
    const paid = client.pay(id, 'tok_slow');
    await eventually(async () => (await client.purchase(id)).status === 'paying');
    const began = performance.now();
    await kill('worker');
    expect(await paid).toMatchObject({ status: 200, body: { status: 'confirmed' } });
    expect(performance.now() - began).toBeLessThan(SOON_MS);
    await expectRules();
  });

  it('ends a hold in whose time the worker died', async () => {
    const { name } = await client.createPool({ capacity: 4, holdSeconds: 2 });
    const { id } = await client.reserve(name, 2);
    await outageOf('worker');
    await eventually(async () => (await client.pool(name)).available === 4);
    expect(await client.purchase(id)).toMatchObject({ status: 'expired' });
    expect(await client.pay(id)).toMatchObject({ status: 410 });
    await expectRules();
  });

  it.each(programNames)('sells on, and loses nothing that it acknowledged, after the end of %s', async (victim) => {
    const { name } = await client.createPool({ capacity: 100_000, holdSeconds: HOLD_SECONDS });
    const crowd = new Crowd(client, { buyers: BUYERS, pool: name });
    await eventually(() => crowd.count('confirmed') >= BUYERS);
    await outageOf(victim);
    const before = crowd.count('confirmed');
    await eventually(() => crowd.count('confirmed') >= before + BUYERS);
    await crowd.disperse();
    expect(crowd.complaints).toEqual([]);
    await expectRules(crowd);
    for (const [key, id] of [...crowd.purchaseUnder].slice(-BUYERS)) {
      expect(await client.buy(name, key)).toMatchObject({ status: 201, body: { id, status: 'reserved' } });
    }
  });
});
