import { Writable } from 'node:stream';
import pino from 'pino';
import { Registry } from 'prom-client';
import { auditMetrics } from '../../src/runtime/audit-metrics';
import { Auditing } from '../../src/runtime/auditing';
import { loggerOptions } from '../../src/runtime/log';
import { connect } from '../../src/store';
import { Shop } from '../audit/shop';
import { eventually } from '../support/eventually';

describe('a process that audits', () => {
  let shop: Shop;
  const logs: Record<string, unknown>[] = [];
  const logger = pino(
    loggerOptions('info', 'worker'),
    new Writable({
      write(line: Buffer, _, done) {
        logs.push(JSON.parse(line.toString()));
        done();
      },
    }),
  );
  const logged = (msg: string) => eventually(() => logs.find((line) => line.msg === msg) ?? false);

  beforeEach(async () => {
    logs.length = 0;
    shop = await Shop.open();
  });
  afterEach(() => shop.close());

  /** The metrics of any process of the installation, without their comments. */
  async function metrics(): Promise<string[]> {
    const registry = new Registry();
    auditMetrics(registry, shop.ledger.database, () => undefined);
    return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  }

  it('says what it found, and every process shows it in its metrics', async () => {
    await shop.confirmed();
    expect(await metrics()).toEqual([
      'boxoffice_audit_last_success_timestamp_seconds 0',
      'boxoffice_audit_last_whole_success_timestamp_seconds 0',
    ]);
    await shop.tamper('UPDATE availability SET sold = 2');
    const auditing = new Auditing(shop.url, logger);
    const broken = await logged('broken: availability equals its events');
    expect(broken).toMatchObject({
      level: pino.levels.values.error,
      rule: 'availability',
      breaches: 1,
      sentences: [expect.stringContaining(`availability of pool-${shop.pool} is`)],
    });
    expect(await logged('audited')).toMatchObject({ scope: 'whole', breaches: 1 });
    await auditing.stop();
    const shown = await metrics();
    expect(shown).toContain('boxoffice_audit_breaches{rule="availability"} 1');
    expect(shown).toContain('boxoffice_audit_breaches{rule="never-oversold"} 0');
    expect(shown).toContain('boxoffice_audit_counted{rule="money"} 1');
    expect(shown).toContainEqual(expect.stringMatching(/^boxoffice_audit_last_success_timestamp_seconds 1\d{9}/));
    expect(shown).toContainEqual(expect.stringMatching(/^boxoffice_audit_last_whole_success_timestamp_seconds 1\d{9}/));
  });

  it('goes on where the database is away, and stops at once', async () => {
    const away = new URL(shop.url);
    away.pathname = '/not-there';
    const auditing = new Auditing(away.href, logger);
    expect(await logged('the audit failed, and is tried again')).toMatchObject({ level: pino.levels.values.warn });
    await auditing.stop();
  });

  it('stops in the middle of an audit without a word', async () => {
    await shop.tamper('BEGIN', 'LOCK TABLE events IN ACCESS EXCLUSIVE MODE');
    const auditing = new Auditing(shop.url, logger);
    await eventually(async () => {
      const { rowCount } = await shop.ledger.database.query(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = 'events'::regclass`,
      );
      return (rowCount ?? 0) > 0;
    });
    await auditing.stop();
    await shop.connection.query('ROLLBACK');
    expect(logs).toEqual([]);
  });

  it('shows the last it knew while the database is away', async () => {
    const auditing = new Auditing(shop.url, logger);
    await logged('audited');
    await auditing.stop();
    const errors: Error[] = [];
    const registry = new Registry();
    const database = connect(shop.url, () => undefined);
    auditMetrics(registry, database, (error) => errors.push(error));
    const before = await registry.metrics();
    await database.end();
    expect(await registry.metrics()).toBe(before);
    expect(before).toContain('boxoffice_audit_breaches{rule="money"} 0');
    expect(errors).toHaveLength(1);
  });
});
