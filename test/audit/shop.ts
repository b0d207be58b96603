import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { auditWhole, type Finding, standingAudit } from '../../src/audit';
import type { PoolSettings, PurchaseRequest } from '../../src/domain';
import { append } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, purchaseOf, stepOf } from '../support/box-office';

const total = { amount: 5_000, currency: 'EUR' };
const holdSeconds = 60;

/** A boxoffice of one pool at 50 euros a ticket, driven step by step, to be audited. */
export class Shop {
  private constructor(
    readonly url: string,
    readonly ledger: Ledger,
    readonly pool: string,
    readonly connection: Client,
    readonly close: () => Promise<void>,
  ) {}

  static async open(changes: Partial<PoolSettings> = {}): Promise<Shop> {
    const office = await openBoxOffice();
    const ledger = office.another();
    ledger.clock.now = new Date();
    const pool = await onSale(ledger, { capacity: 100, holdSeconds, ...changes });
    const connection = new Client({ connectionString: office.url });
    connection.on('error', () => undefined);
    await connection.connect();
    return new Shop(office.url, ledger, pool, connection, async () => {
      await connection.end();
      await office.close();
    });
  }

  async reserved(request: PurchaseRequest = purchaseOf(this.pool, 'alice')): Promise<PurchaseRequest> {
    await this.ledger.activities.reserve(request);
    return request;
  }

  /** A purchase whose money was captured. */
  async captured(request?: PurchaseRequest) {
    const bought = await this.reserved(request);
    const { purchaseId } = bought;
    const paymentId = randomUUID();
    const method = { type: 'creditCard', token: 'tok_ok' } as const;
    await this.ledger.activities.startPayment({ ...stepOf(bought), paymentId, method: method.type });
    const capture = { paymentId, purchaseId, amount: total, method };
    await this.ledger.activities.capture(capture);
    return { request: bought, purchaseId, paymentId, capture };
  }

  async confirmed(request?: PurchaseRequest) {
    const paid = await this.captured(request);
    await this.ledger.activities.confirm({ ...stepOf(paid.request), paymentId: paid.paymentId });
    return paid;
  }

  async refunded(): Promise<void> {
    const { request, purchaseId, paymentId, capture } = await this.captured();
    await this.expired(request);
    await this.ledger.activities.reverse(capture);
    await this.ledger.activities.recordRefund({ purchaseId, paymentId, amount: total });
  }

  async expired(request?: PurchaseRequest): Promise<void> {
    const held = request ?? (await this.reserved());
    await this.ledger.activities.release({ ...stepOf(held), ending: { kind: 'expired' } });
  }

  /** Everything, or what changed since the last time; due whatever ran before. */
  async audit(scope: 'whole' | 'changes'): Promise<readonly Finding[]> {
    if (scope === 'whole') return auditWhole(this.connection);
    await this.connection.query(
      `INSERT INTO audit_progress (whole_due_at) VALUES ('infinity')
       ON CONFLICT (one) DO UPDATE SET due_at = '-infinity', whole_due_at = 'infinity'`,
    );
    const { audited } = await standingAudit(this.connection);
    expect(audited).toMatchObject({ scope });
    return audited?.findings ?? [];
  }

  /** The clock of the steps, so many seconds before now: what is reserved has lasted for so long. */
  secondsAgo(seconds: number): void {
    this.ledger.clock.now = new Date(Date.now() - seconds * 1_000);
  }

  /** Events of nobody's decision. */
  async forge(stream: string, ...events: { type: string; data: object; schemaVersion?: number }[]): Promise<void> {
    const metadata = { correlation: 'forged', causation: 'a-test', workflow: stream };
    await append(this.connection, [
      {
        stream,
        expected: 'any',
        events: events.map(({ type, data, schemaVersion = 1 }) => ({
          id: randomUUID(),
          type,
          schemaVersion,
          data,
          metadata,
        })),
      },
    ]);
  }

  /** Changes what nothing may change. */
  async tamper(...statements: string[]): Promise<void> {
    await this.connection.query('ALTER TABLE events DISABLE TRIGGER events_are_immutable');
    for (const statement of statements) await this.connection.query(statement);
  }
}

/** A forged event of one ticket. */
export const ticketEvent = (
  type: 'TicketClaimed' | 'TicketReleased' | 'TicketBought',
  ticket: Partial<Ticket> = {},
) => ({
  type,
  data: { ticketId: randomUUID(), purchaseId: randomUUID(), price: total, ...ticket },
});

interface Ticket {
  ticketId: string;
  purchaseId: string;
}
