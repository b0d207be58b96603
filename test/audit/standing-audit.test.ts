import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import {
  type AuditOptions,
  AuditTooLong,
  auditWhole,
  type Rule,
  rules,
  standingAudit,
  standingLimits,
} from '../../src/audit';
import { lastAudit } from '../../src/audit/results';
import { createLedger, purchaseOf, stepOf } from '../support/box-office';
import { Shop, ticketEvent } from './shop';

const aged = `UPDATE events SET recorded_at = recorded_at - interval '1 hour'`;

describe('the standing audit', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open();
  });
  afterEach(() => shop.close());

  /** One audit, which is due whatever ran before. */
  async function audit(scope: 'changes' | 'whole' = 'changes', options: AuditOptions = {}) {
    const due = scope === 'whole' ? `'-infinity'` : `now() + interval '1 hour'`;
    await shop.connection.query(
      `INSERT INTO audit_progress (whole_due_at) VALUES (${due})
       ON CONFLICT (one) DO UPDATE SET due_at = '-infinity', whole_due_at = excluded.whole_due_at`,
    );
    const { audited } = await standingAudit(shop.connection, options);
    expect(audited).toMatchObject({ scope });
    return audited?.findings ?? [];
  }

  async function broken(scope?: 'changes' | 'whole') {
    const found = (await audit(scope)).filter(({ breaches }) => breaches > 0);
    return Object.fromEntries(found.map(({ id, sentences }) => [id, sentences]));
  }

  const counted = async (rule: string) => (await audit()).find(({ id }) => id === rule)?.counted;
  const lookedAtAgain = async () =>
    (await shop.connection.query<{ stream: string }>('SELECT stream FROM audit_again')).rows.map(
      ({ stream }) => stream,
    );

  it('audits everything first, then what changed, and everything again when that is due', async () => {
    await shop.confirmed();
    const scopes = [];
    for (const due of ['due_at', 'due_at', 'due_at = $1, whole_due_at']) {
      await shop.connection.query(`UPDATE audit_progress SET ${due} = $1`, ['-infinity']);
      scopes.push((await standingAudit(shop.connection)).audited?.scope);
    }
    expect(scopes).toEqual(['whole', 'changes', 'whole']);
  });

  it('reads the events of a pool once', async () => {
    await shop.confirmed();
    expect(await counted('never-oversold')).toEqual({ pools: 1, events: 3 });
    expect(await counted('never-oversold')).toEqual({ pools: 0, events: 0 });
    await shop.reserved();
    expect(await counted('never-oversold')).toEqual({ pools: 1, events: 1 });
    await audit('whole');
    expect(await counted('never-oversold')).toEqual({ pools: 0, events: 0 });
  });

  it('goes on after what it has audited, once that is settled', async () => {
    await shop.confirmed();
    expect(await counted('money')).toMatchObject({ 'captured payments': 1 });
    expect(await counted('money')).toMatchObject({ 'captured payments': 1 });
    await shop.tamper(aged);
    await audit();
    expect(await counted('money')).toMatchObject({ 'captured payments': 0 });
  });

  it('finds nothing where a claim is older than what it looks back on, and ends now', async () => {
    const paid = await shop.captured();
    const left = await shop.reserved();
    await shop.connection.query('UPDATE payment_simulator.ledger SET recorded_at = now()');
    await audit('whole');
    await shop.tamper(aged);
    expect(await broken()).toEqual({});
    await shop.ledger.activities.confirm({ ...stepOf(paid.request), paymentId: paid.paymentId });
    await shop.expired(left);
    expect(await broken()).toEqual({});
    expect(await broken('whole')).toEqual({});
  });

  it('finds nothing while a crowd buys, pays, leaves and is refunded', async () => {
    const others = [createLedger(shop.url), createLedger(shop.url)];
    for (const { clock } of others) clock.now = shop.ledger.clock.now;
    let selling = true;
    const buyers = [shop.ledger, ...others].map(async ({ activities }, buyer) => {
      for (let round = buyer; selling; round += 1) {
        const request = purchaseOf({ [shop.pool]: 1 + (round % 3) });
        const reserved = await activities.reserve(request);
        if (!reserved.reserved) continue;
        const { purchaseId } = request;
        const paymentId = randomUUID();
        const method = { type: 'creditCard', token: 'tok_ok' } as const;
        const capture = { paymentId, purchaseId, amount: reserved.total, method };
        await activities.startPayment({ ...stepOf(request), paymentId, method: method.type });
        await activities.capture(capture);
        if (round % 4 === 0) {
          await activities.confirm({ ...stepOf(request), paymentId });
          continue;
        }
        await activities.release({ ...stepOf(request), ending: { kind: 'expired' } });
        await activities.reverse(capture);
        await activities.recordRefund({ purchaseId, paymentId, amount: reserved.total });
      }
    });
    const found = [];
    for (const scope of ['whole', 'changes', 'changes', 'changes', 'whole', 'changes'] as const) {
      found.push(await broken(scope));
    }
    selling = false;
    await Promise.all(buyers);
    await Promise.all(others.map((other) => other.close()));
    expect(found).toEqual(found.map(() => ({})));
    expect(await broken()).toEqual({});
    expect(await lookedAtAgain()).toEqual([]);
    expect((await auditWhole(shop.connection)).filter(({ breaches }) => breaches > 0)).toEqual([]);
  });

  it.each<[rule: string, breach: (shop: Shop) => Promise<unknown>]>([
    [
      'never-oversold',
      (office) =>
        office.forge(`pool-${office.pool}`, ...Array.from({ length: 101 }, () => ticketEvent('TicketClaimed'))),
    ],
    ['one-claim', twice],
    ['availability', (office) => office.forge(`pool-${office.pool}`, ticketEvent('TicketClaimed'))],
    ['versions', (office) => office.tamper(`UPDATE streams SET version = 9 WHERE stream = 'pool-${office.pool}'`)],
    ['event-shapes', (office) => office.forge(`pool-${office.pool}`, { type: 'TicketTorn', data: {} })],
    [
      'tickets-of-purchases',
      (office) => office.tamper(`UPDATE events SET data = data || '{"ticketId": "lost"}' WHERE type = 'TicketClaimed'`),
    ],
    ['money', (office) => office.tamper(`DELETE FROM payment_simulator.ledger WHERE kind = 'refund'`)],
    ['holds', (office) => office.tamper(expired)],
    ['event-ids', (office) => office.tamper(...sameIds)],
  ])('finds a new breach of %s, and tells of it until it is none', async (rule, breach) => {
    await shop.refunded();
    await shop.reserved();
    expect(await broken('whole')).toEqual({});
    await shop.reserved();
    await breach(shop);
    expect(await broken()).toHaveProperty([rule]);
    await shop.tamper(aged);
    await audit();
    await audit();
    const { rules: kept } = await lastAudit(shop.ledger.database);
    expect(kept.find((each) => each.rule === rule)?.breaches).toBeGreaterThan(0);
  });

  it('forgets a breach that is none any more', async () => {
    await shop.confirmed();
    await shop.tamper(`UPDATE availability SET sold = 2`);
    expect(Object.keys(await broken())).toEqual(['availability']);
    await shop.tamper(`UPDATE availability SET sold = 1`);
    expect(await broken()).toEqual({});
    expect(await lookedAtAgain()).toEqual([]);
  });

  it('finds a claim that outlived its hold though nothing happened since', async () => {
    const { purchaseId } = await shop.reserved();
    await audit('whole');
    expect(await lookedAtAgain()).toEqual([`purchase-${purchaseId}`]);
    await shop.tamper(aged, expired);
    await audit();
    expect(await broken()).toEqual({ holds: [expect.stringContaining('ms too long')] });
  });

  it('catches up in steps where it is far behind, and follows each of them at once', async () => {
    await shop.connection.query(
      `INSERT INTO events (stream, version, event_id, type, schema_version, data, metadata, recorded_at)
       SELECT 'pool-' || $1, n + 1, gen_random_uuid(), 'PoolRepriced', 1, '{"price": {"amount": 1, "currency": "EUR"}}', '{}', now() - interval '1 day'
       FROM generate_series(1, 60000) n`,
      [shop.pool],
    );
    await shop.connection.query('UPDATE streams SET version = 60001');
    await shop.connection.query(`INSERT INTO audit_progress (whole_due_at) VALUES ('infinity')`);
    const { audited, nextInMilliseconds } = await standingAudit(shop.connection);
    expect(audited).toMatchObject({ scope: 'changes' });
    expect(nextInMilliseconds).toBeLessThan(standingLimits.everySeconds * 1_000);
    await audit();
    const { rows } = await shop.connection.query('SELECT position::int FROM audit_progress');
    expect(rows).toEqual([{ position: 60_001 }]);
  });

  it('runs once where several processes begin it together, and not again before it is due', async () => {
    const connections = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = new Client({ connectionString: shop.url });
        await client.connect();
        return client;
      }),
    );
    const turns = await Promise.all(connections.map((connection) => standingAudit(connection)));
    expect(turns.filter(({ audited }) => audited)).toHaveLength(1);
    const [again] = await Promise.all(connections.slice(0, 1).map((connection) => standingAudit(connection)));
    expect(again?.audited).toBeUndefined();
    expect(again?.nextInMilliseconds).toBeLessThanOrEqual(standingLimits.everySeconds * 1_000);
    await Promise.all(connections.map((client) => client.end()));
  });

  it('is given up where it takes too long, and lets others go on', async () => {
    const blocking = new Client({ connectionString: shop.url });
    await blocking.connect();
    await blocking.query('BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE');
    await expect(standingAudit(shop.connection, { withinMilliseconds: 100 })).rejects.toBeInstanceOf(AuditTooLong);
    await blocking.end();
    expect((await standingAudit(shop.connection)).audited).toBeUndefined();
    expect(await broken('whole')).toEqual({});
  });

  it('keeps what only an audit of everything looks at, until the next one of everything', async () => {
    const check = (breaches: number) => ({
      extraChecks: [
        {
          id: 'rebuilt',
          number: 4 as const,
          name: 'rebuilt equals live',
          check: async () => ({ counted: { rows: 3 }, breaches, sentences: [] }),
        },
      ],
    });
    const shown = async () => (await lastAudit(shop.ledger.database)).rules.find(({ rule }) => rule === 'rebuilt');
    await audit('whole', check(1));
    expect(await shown()).toEqual({ rule: 'rebuilt', breaches: 1, counted: 3 });
    await audit('changes', check(0));
    expect(await shown()).toEqual({ rule: 'rebuilt', breaches: 1, counted: 3 });
    await audit('whole', check(0));
    expect(await shown()).toEqual({ rule: 'rebuilt', breaches: 0, counted: 3 });
    await audit('whole');
    expect(await shown()).toBeUndefined();
  });

  it('keeps the last result where an audit fails, and is tried again when it is due', async () => {
    await audit('whole');
    const before = await lastAudit(shop.ledger.database);
    const [first] = rules;
    const failing = {
      ...first,
      sql: () => ({ facts: {}, counted: {}, broken: `SELECT '' AS stream, (1 / 0)::text AS sentence` }),
    } as Rule;
    await shop.connection.query(`UPDATE audit_progress SET due_at = '-infinity'`);
    await expect(standingAudit(shop.connection, { rules: [failing] })).rejects.toThrow('division by zero');
    expect(await lastAudit(shop.ledger.database)).toEqual(before);
    expect((await standingAudit(shop.connection)).audited).toBeUndefined();
    expect(await broken()).toEqual({});
  });
});

const expired = `UPDATE events SET data = data || '{"expiresAt": "2020-01-01T00:00:00.000Z"}' WHERE type = 'TicketsReserved'`;
const sameIds = [
  'ALTER TABLE events DROP CONSTRAINT events_event_id',
  'UPDATE events SET event_id = (SELECT min(event_id::text)::uuid FROM events)',
];

function twice(shop: Shop): Promise<void> {
  const ticket = { ticketId: randomUUID(), purchaseId: randomUUID() };
  return shop.forge(`pool-${shop.pool}`, ticketEvent('TicketClaimed', ticket), ticketEvent('TicketClaimed', ticket));
}
