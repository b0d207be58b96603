import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { poolCodec, poolStream, purchaseCodec, purchaseStream } from '../../src/domain';
import { type NewEvent, prepareAppend, sendAppend } from '../../src/store';

/** Purchases appended by one statement. */
const together = 500;
export const eventsPerSale = 5;
const price = { amount: 5_000, currency: 'EUR' };

type Sale = { pool: NewEvent[]; purchase: NewEvent[]; purchaseId: string };

/** A store full of sales, written as fast as it takes them: one ticket each, paid at once. */
export async function sellTickets(
  database: Database,
  { sales, pools }: { sales: number; pools: number },
  progress: (done: number) => void = () => undefined,
): Promise<void> {
  for (let pool = 0; pool < pools; pool += 1) {
    const settings = { name: `bench-${pool}`, title: `Bench ${pool}`, promoter: 'bench', capacity: 1_000_000, price };
    const created = event(poolCodec, 'PoolCreated', { ...settings, maxPerPurchase: 4, holdSeconds: 300 });
    await sendAppend(
      database,
      prepareAppend([{ stream: poolStream(settings.name), expected: 'none', events: [created] }]),
    );
  }
  for (let sold = 0; sold < sales; sold += together) {
    const pool = `bench-${Math.floor(sold / together) % pools}`;
    const batch = Array.from({ length: Math.min(together, sales - sold) }, () => saleOf(pool));
    const appends = batch.map(({ purchaseId, purchase }) => {
      return { stream: purchaseStream(purchaseId), expected: 'none' as const, events: purchase };
    });
    const claims = {
      stream: poolStream(pool),
      expected: 'exists' as const,
      events: batch.flatMap((sale) => sale.pool),
    };
    await sendAppend(database, prepareAppend([...appends, claims]));
    progress(sold + batch.length);
  }
  const { rows } = await database.query<{ count: number }>('SELECT count(*)::integer FROM events');
  assert.equal(rows[0]?.count, sales * eventsPerSale + pools);
}

type Codec = typeof poolCodec | typeof purchaseCodec;

function event(codec: Codec, type: string, data: object): NewEvent {
  const metadata = { correlation: 'bench', causation: 'bench', workflow: 'bench' };
  return { id: v7(), type, schemaVersion: codec.versionOf(type), data, metadata };
}

function saleOf(pool: string): Sale {
  const [purchaseId, ticketId, paymentId] = [v7(), v7(), v7()];
  const quote = { rule: 1, sharePercent: 0, factors: [] };
  const items = [{ pool, quantity: 1, tickets: [{ id: ticketId, price }] }];
  const expiresAt = new Date().toISOString();
  return {
    purchaseId,
    pool: [
      event(poolCodec, 'TicketClaimed', { ticketId, purchaseId, price, quote }),
      event(poolCodec, 'TicketBought', { ticketId, purchaseId, price }),
    ],
    purchase: [
      event(purchaseCodec, 'TicketsReserved', { customerId: `c-${pool}`, items, total: price, expiresAt }),
      event(purchaseCodec, 'PaymentStarted', { paymentId, method: 'creditCard' }),
      event(purchaseCodec, 'PurchaseConfirmed', { orderId: purchaseId, paymentId, total: price }),
    ],
  };
}
