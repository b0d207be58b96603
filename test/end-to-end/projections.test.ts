import { catchUp, inlineVerifications, projections, purchases } from '../../src/projections';
import { lastPosition } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf } from '../support/box-office';
import { followed } from '../support/followed';
import { type NpmCommand, npm } from '../support/npm-start';

describe('npm run projections', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
    const pool = await onSale(ledger, { capacity: 1_000 });
    for (let nth = 0; nth < 5; nth += 1) {
      const purchase = purchaseOf(pool);
      await ledger.activities.reserve(purchase);
      await paid(ledger, purchase);
    }
  });
  afterAll(() => boxOffice.close());

  async function run(...args: string[]): Promise<NpmCommand> {
    const command = npm(['run', '--silent', 'projections', '--', ...args], { DATABASE_URL: boxOffice.url });
    await command.ended();
    return command;
  }

  it('lists how far each one is', async () => {
    const behind = await run('list');
    expect(await behind.ended()).toBe(0);
    expect(behind.output).toMatch(/^availability +written with every append$/m);
    expect(behind.output).toMatch(/^purchases +at 0, 26 behind, /m);
    await followed(ledger.database);
    expect((await run('list')).output).toMatch(/^sales_by_day +at 26, 0 behind, /m);
  });

  it('verifies all, says which differ, and rebuilds them', async () => {
    await followed(ledger.database);
    const sound = await run('verify');
    expect(await sound.ended()).toBe(0);
    expect(sound.output.match(/^ok {6}\w+: \d+ rows are as a rebuild makes them$/gm)).toHaveLength(
      inlineVerifications.size + projections.length,
    );
    await ledger.database.query('UPDATE revenue_per_pool SET revenue = 1');
    const wrong = await run('verify');
    expect(await wrong.ended()).toBe(1);
    expect(wrong.output).toContain('DIFFERS revenue_per_pool: 2 rows of 1 are not as a rebuild makes them');
    const rebuilt = await run('rebuild', 'revenue_per_pool');
    expect(await rebuilt.ended()).toBe(0);
    expect(rebuilt.output).toMatch(/^revenue_per_pool is rebuilt up to 26 in [\d.]+ s \([\d,]+ events\/s\)$/m);
    expect(await (await run('verify', 'revenue_per_pool')).ended()).toBe(0);
  });

  it('shows what is parked and why, and tries it again', async () => {
    await followed(ledger.database);
    const purchase = purchaseOf('nowhere');
    await ledger.activities.reserve(purchase);
    const fault = new RangeError('no room for this one');
    const broken = { ...purchases, apply: () => Promise.reject(fault) };
    await catchUp(ledger.database, broken, await lastPosition(ledger.database));
    const listed = await run('list');
    expect(listed.output).toMatch(/^purchases .*, 1 events parked, /m);
    expect(listed.output).toContain(`parked: purchase-${purchase.purchaseId} at 27: no room for this one`);
    const retried = await run('retry', 'purchases');
    expect(await retried.ended()).toBe(0);
    expect(retried.output).toContain('purchases: 1 events applied, 0 stay parked');
  });

  it.each([
    [[], 'say: npm run projections -- list'],
    [['rebuild'], 'no projection without a name; there are purchases'],
    [['rebuild', 'elections'], 'no projection elections; there are purchases'],
    [['list', 'purchases'], 'say: npm run projections -- list'],
    [['verify', 'a', 'b'], 'say: npm run projections -- list'],
  ])('says what it knows when it is asked for %j', async (args, words) => {
    const command = await run(...args);
    expect(await command.ended()).toBe(1);
    expect(command.output).toContain(`boxoffice: ${words}`);
    expect(command.output).not.toContain('    at ');
  });
});
