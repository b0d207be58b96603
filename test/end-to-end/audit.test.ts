import { rules } from '../../src/audit';
import { Shop } from '../audit/shop';
import { npm } from '../support/npm-start';

describe('npm run audit', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open();
    await shop.confirmed();
  });
  afterEach(() => shop.close());

  async function audit(...args: string[]) {
    const command = npm(['run', '--silent', 'audit', '--', ...args], { DATABASE_URL: shop.url });
    return { code: await command.ended(), output: command.output };
  }

  it('prints a line for each check and ends well where every rule holds', async () => {
    const { code, output } = await audit();
    expect(output).toContain('ok   1 never oversold at any event: 1 pools, 3 events, 0 breaches\n');
    expect(output).toContain(
      'ok   2 captured money has its tickets or its refund: 1 captured payments, 0 refunds, 0 still settling, 0 breaches\n',
    );
    expect(output).not.toContain('FAIL');
    expect(output).toMatch(new RegExp(`^${rules.length + 1} checks in .* s: 0 breaches$`, 'm'));
    expect(code).toBe(0);
  });

  it('prints the breaches below their rule and ends with 1, for programs as well', async () => {
    await shop.tamper('UPDATE availability SET sold = 2');
    const { code, output } = await audit();
    expect(output).toMatch(/^FAIL 4 availability equals its events: 1 pools, 1 breaches\n {7}availability of pool-/m);
    expect(code).toBe(1);
    const forPrograms = await audit('--json');
    expect(forPrograms.code).toBe(1);
    expect(JSON.parse(forPrograms.output)).toMatchObject({
      breaches: 3,
      checks: expect.arrayContaining([
        {
          id: 'never-oversold',
          number: 1,
          name: 'never oversold at any event',
          counted: { pools: 1, events: 3 },
          breaches: 0,
          sentences: [],
        },
        expect.objectContaining({ id: 'availability', breaches: 1 }),
      ]),
    });
  });

  it('says in one line what it does not understand', async () => {
    const { code, output } = await audit('--outage', 'long');
    expect(output).toContain('boxoffice: --outage must be the seconds that the longest outage lasted, not "long"');
    expect(code).toBe(1);
  });
});
