import { standingAudit } from '../../src/audit';
import { Shop } from './shop';

describe('the breaches that the standing audit keeps', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open();
  });
  afterEach(() => shop.close());

  /** What is kept after one more audit of what changed, or of everything. */
  async function kept(scope: 'changes' | 'whole') {
    const due = scope === 'whole' ? `'-infinity'` : `now() + interval '1 hour'`;
    await shop.connection.query(
      `INSERT INTO audit_progress (whole_due_at) VALUES (${due})
       ON CONFLICT (one) DO UPDATE SET due_at = '-infinity', whole_due_at = excluded.whole_due_at`,
    );
    expect((await standingAudit(shop.connection)).audited?.scope).toBe(scope);
    const { rows } = await shop.connection.query<{ rule: string; stream: string; sentence: string; found_at: Date }>(
      'SELECT rule, stream, sentence, found_at FROM audit_breaches ORDER BY rule, stream',
    );
    return rows;
  }

  it('name the stream and say since when, for as long as it is in breach', async () => {
    await shop.confirmed();
    expect(await kept('whole')).toEqual([]);
    await shop.tamper('UPDATE availability SET sold = 2');
    const [first, ...others] = await kept('whole');
    expect(first).toMatchObject({ rule: 'availability', stream: `pool-${shop.pool}` });
    expect(first?.sentence).toContain(`availability of pool-${shop.pool} is`);
    expect(others).toEqual([]);
    // Each audit says it in its own words; since when stays.
    const same = { rule: first?.rule, stream: first?.stream, found_at: first?.found_at };
    expect(await kept('changes')).toEqual([expect.objectContaining(same)]);
    expect(await kept('whole')).toEqual([expect.objectContaining(same)]);
    await shop.tamper('UPDATE availability SET sold = 1');
    expect(await kept('changes')).toEqual([]);
  });
});
