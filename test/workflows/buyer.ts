import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Pool as Database } from 'pg';
import {
  type PaymentSignal,
  type PurchaseRequest,
  type PurchaseState,
  type PurchaseStatus,
  purchaseSignals,
  purchaseStream,
  statusQuery,
} from '../../src/domain';
import { type PurchaseView, purchasesById } from '../../src/projections';
import { readStream } from '../../src/store';
import type { purchase } from '../../workflows';
import { eventually } from '../support/eventually';

/** One purchase under test: what its customer does, and what came of it. */
export class Buyer {
  private end: Promise<PurchaseState> | undefined;

  constructor(
    readonly request: PurchaseRequest,
    readonly handle: WorkflowHandle<typeof purchase>,
    private readonly database: Database,
  ) {}

  get id(): string {
    return this.request.purchaseId;
  }

  /** Sends a payment, and gives its id. */
  async pay(token = 'tok_ok', paymentId: string = randomUUID()): Promise<string> {
    const payment: PaymentSignal = { paymentId, method: { type: 'creditCard', token } };
    await this.handle.signal(purchaseSignals.payment, payment);
    return paymentId;
  }

  async cancel(): Promise<void> {
    await this.handle.signal(purchaseSignals.cancel);
  }

  async saleStopped(reason = 'a storm is coming'): Promise<void> {
    await this.handle.signal(purchaseSignals.saleStopped, { reason });
  }

  /** What the workflow says of itself. */
  status(): Promise<PurchaseState> {
    return this.handle.query<PurchaseState>(statusQuery);
  }

  async reaches(status: PurchaseStatus): Promise<PurchaseState> {
    return eventually(async () => {
      const state = await this.status();
      if (state.status !== status) throw new Error(`${this.id} is ${state.status}, not ${status}`);
      return state;
    });
  }

  /** Its end; on the time-skipping server the time passes until then, and only then: an end awaited twice passes years. */
  ends(): Promise<PurchaseState> {
    this.end ??= this.handle.result();
    return this.end;
  }

  /** From its start to its end, in milliseconds of the server's time. */
  async lasted(): Promise<number> {
    await this.ends();
    const { startTime, closeTime } = await this.handle.describe();
    return (closeTime?.getTime() ?? Number.NaN) - startTime.getTime();
  }

  /** The purchase as it is read after its workflow. */
  async view(): Promise<PurchaseView | undefined> {
    return (await purchasesById(this.database, [this.id]))[0];
  }

  /** The types of its events, oldest first. */
  async events(): Promise<string[]> {
    return (await readStream(this.database, purchaseStream(this.id))).map(({ type }) => type);
  }

  /** What the provider's ledger says of it, oldest entry first: `capture 5000`. */
  async money(): Promise<string[]> {
    const { rows } = await this.database.query<{ entry: string }>(
      `SELECT kind || ' ' || l.amount AS entry
       FROM payment_simulator.ledger l JOIN payment_simulator.payments USING (payment_id)
       WHERE purchase_id = $1 ORDER BY l.entry`,
      [this.id],
    );
    return rows.map(({ entry }) => entry);
  }
}
