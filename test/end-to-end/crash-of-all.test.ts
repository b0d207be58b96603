import { Crowd } from '../support/crowd';
import { eventually } from '../support/eventually';
import { type Boxoffice, Premises } from '../support/npm-start';
import { allGone, killTree, signal } from '../support/process-tree';
import { brokenRules } from '../support/rules';
import { allPurchasesEnded } from '../support/settled';
import { type Purchase, ShopClient } from '../support/shop-client';

/** What nobody looks after any more is gone after this. */
const ORPHANS_GO_WITHIN_MS = 20_000;
const BUYERS = 8;

describe('npm start, when it is killed', () => {
  const premises = new Premises();
  let dataDir = '';
  let boxoffice: Boxoffice;
  let client: ShopClient;

  /** Everybody and everything there is, in one moment. */
  async function killEverything(): Promise<void> {
    await allGone(killTree(boxoffice.command.pid));
  }

  async function killNpm(): Promise<void> {
    const all = boxoffice.command.processes();
    signal(boxoffice.command, 'SIGKILL');
    await allGone(all, { within: ORPHANS_GO_WITHIN_MS });
  }

  async function killSupervisor(): Promise<void> {
    const all = boxoffice.command.processes();
    signal(boxoffice.supervisor(), 'SIGKILL');
    await allGone(all, { within: ORPHANS_GO_WITHIN_MS });
  }

  beforeAll(async () => {
    dataDir = await premises.newDataDir();
    boxoffice = await premises.open(dataDir);
    client = new ShopClient(boxoffice);
  });
  afterAll(() => {
    client.close();
    return premises.close();
  });

  it.each([
    ['all its processes at once', killEverything],
    ['npm alone', killNpm],
    ['its supervisor alone', killSupervisor],
  ])('leaves no orphan, and goes on after the next start as if nothing had been: %s', async (_what, kill) => {
    const held = await client.createPool({ capacity: 10, holdSeconds: 600 });
    const ending = await client.createPool({ capacity: 10, holdSeconds: 3 });
    const crowded = await client.createPool({ capacity: 100_000, holdSeconds: 8 });
    const toBePaid: Purchase = await client.reserve(held.name, 2);
    const crowd = new Crowd(client, { buyers: BUYERS, pool: crowded.name });
    await eventually(() => crowd.count('confirmed') >= BUYERS);
    const toExpire = await client.reserve(ending.name, 3);

    const began = performance.now();
    await kill();
    boxoffice = await premises.open(dataDir);
    client.goTo(boxoffice);
    expect(await client.pay(toBePaid.id)).toMatchObject({ status: 200, body: { status: 'confirmed' } });
    const before = crowd.count('confirmed');
    await eventually(() => crowd.count('confirmed') >= before + BUYERS);
    // Until the crowd buys as it did before.
    const longestOutageMs = performance.now() - began;
    await crowd.disperse();
    expect(crowd.complaints).toEqual([]);
    await eventually(async () => (await client.purchase(toExpire.id)).status === 'expired');
    expect(await client.pool(ending.name)).toMatchObject({ available: 10, claimed: 0, sold: 0 });
    expect(await client.pool(held.name)).toMatchObject({ available: 8, claimed: 0, sold: 2 });
    await allPurchasesEnded(boxoffice);
    const acknowledged = crowd.acknowledged.values();
    expect(await brokenRules(boxoffice.databaseUrl, { acknowledged, longestOutageMs })).toEqual([]);
    for (const [key, id] of [...crowd.purchaseUnder].slice(0, BUYERS)) {
      expect(await client.buy(crowded.name, key)).toMatchObject({ status: 201, body: { id, status: 'reserved' } });
    }
  });

  it('does not begin where npm is killed before it could', async () => {
    const command = premises.start(await premises.newDataDir());
    await eventually(() => command.processes().length > 1);
    const all = command.processes();
    signal(command, 'SIGKILL');
    await allGone(all, { within: ORPHANS_GO_WITHIN_MS });
  });
});
