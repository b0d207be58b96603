import { asThePoolSays } from './claiming';
import type { Money } from './money';
import { available, type Pool } from './pool';
import type { HoldsPolicy, PoolEvent, PoolSettings } from './pool-events';
import { needsStart, type Pricing } from './pricing';
import { accept, type Decision, type Refusal, refuse } from './refusal';

export function createPool(pool: Pool | undefined, settings: PoolSettings): Decision<PoolEvent> {
  if (pool) return refuse({ slug: 'pool-name-taken', pool: settings.name });
  return accept({ type: 'PoolCreated', data: settings });
}

/** Nothing for a pool that is open already, or cancelled; so for closing and cancelling. */
export function openPool({ opened, cancelled }: Pool): PoolEvent[] {
  return opened || cancelled ? [] : [{ type: 'SalesOpened', data: {} }];
}

export function closePool({ closed, cancelled }: Pool): PoolEvent[] {
  return closed || cancelled ? [] : [{ type: 'SalesClosed', data: {} }];
}

export function cancelPool({ cancelled }: Pool, reason: string): PoolEvent[] {
  return cancelled ? [] : [{ type: 'PoolCancelled', data: { reason } }];
}

/** So many tickets of a pool without numbers, or these seats of one with them. */
export type SomeTickets = { quantity: number; seats?: undefined } | { seats: readonly string[]; quantity?: undefined };

/** What a promoter, the pool's show, or its own timers may ask of a pool. */
export type PoolCommand =
  | { kind: 'openSales' }
  | { kind: 'closeSales' }
  | { kind: 'stopSales'; reason: string; holds: HoldsPolicy }
  | { kind: 'resumeSales' }
  | { kind: 'reprice'; price?: Money | undefined; pricing?: Pricing | undefined }
  | ({ kind: 'withhold'; reason?: string | undefined } & SomeTickets)
  | ({ kind: 'giveBack' } & SomeTickets)
  | { kind: 'cancelSales'; reason: string }
  /** Changes nothing: somebody else did. */
  | { kind: 'refresh' };

/** Steers the sale; nothing is appended when the pool is already as asked. */
export function steerPool(pool: Pool | undefined, name: string, command: PoolCommand): Decision<PoolEvent> {
  if (!pool) return refuse({ slug: 'not-found', what: `pool ${name}` });
  if (command.kind === 'refresh') return accept();
  if (pool.cancelled) {
    if (command.kind === 'cancelSales') return accept();
    return refuse({ slug: 'pool-cancelled', pool: name, reason: pool.cancelled.reason });
  }
  switch (command.kind) {
    case 'openSales':
      return accept(...openPool(pool));
    case 'closeSales':
      return accept(...closePool(pool));
    case 'stopSales': {
      const { reason, holds } = command;
      const already = pool.stopped?.reason === reason && pool.stopped.holds === holds;
      return already ? accept() : accept({ type: 'SalesStopped', data: { reason, holds } });
    }
    case 'resumeSales':
      return pool.stopped ? accept({ type: 'SalesResumed', data: {} }) : accept();
    case 'reprice':
      return reprice(pool, command);
    case 'withhold':
      return withhold(pool, command);
    case 'giveBack':
      return giveBack(pool, command);
    case 'cancelSales':
      return accept(...cancelPool(pool, command.reason));
  }
}

function reprice(
  pool: Pool,
  { price = pool.price, pricing }: Extract<PoolCommand, { kind: 'reprice' }>,
): Decision<PoolEvent> {
  const { name, price: now } = pool;
  if (price.currency !== now.currency) {
    return refuse({ slug: 'wrong-currency', pool: name, currency: now.currency, field: 'price' });
  }
  if (pricing && needsStart(pricing) && pool.startsAt === undefined)
    return refuse({ slug: 'start-unknown', pool: name });
  // Both were read by the same schema, which puts their members in one order.
  const samePricing = pricing === undefined || JSON.stringify(pricing) === JSON.stringify(pool.pricing ?? {});
  if (samePricing && price.amount === now.amount) return accept();
  return accept({ type: 'PoolRepriced', data: { price, ...(!samePricing && { pricing }) } });
}

function withhold(pool: Pool, { reason, ...asked }: Extract<PoolCommand, { kind: 'withhold' }>): Decision<PoolEvent> {
  const { refusal, tickets } = ticketsToTurn(pool, asked, 'withheld');
  if (refusal) return refuse(refusal);
  if (!tickets) return accept();
  const [requested, left] = [tickets.quantity, available(pool)];
  if (requested > left) return refuse({ slug: 'insufficient-inventory', pool: pool.name, requested, available: left });
  return accept({ type: 'TicketsWithheld', data: { ...tickets, ...(reason !== undefined && { reason }) } });
}

function giveBack(pool: Pool, asked: Extract<PoolCommand, { kind: 'giveBack' }>): Decision<PoolEvent> {
  const { refusal, tickets } = ticketsToTurn(pool, asked, 'available');
  if (refusal) return refuse(refusal);
  if (!tickets) return accept();
  if (tickets.quantity <= pool.withheld) return accept({ type: 'TicketsGivenBack', data: tickets });
  return refuse({ slug: 'not-withheld', pool: pool.name, withheld: pool.withheld });
}

interface Turning {
  refusal?: Refusal;
  /** Left out where all are as asked already. */
  tickets?: { quantity: number; seats?: string[] };
}

/** The tickets still to be withheld or given back. Numbered pools are asked for seats, others for a quantity. */
function ticketsToTurn(pool: Pool, { quantity, seats }: SomeTickets, to: 'available' | 'withheld'): Turning {
  const { name, seats: map } = pool;
  const numbered = map !== undefined;
  if (!map || !seats) {
    if (numbered || quantity === undefined) return { refusal: { slug: 'wrong-numbering', pool: name, numbered } };
    return { tickets: { quantity } };
  }
  const left = [...new Set(asThePoolSays(pool, seats))].filter((label) => map.statusOf(label) !== to);
  const from = to === 'withheld' ? 'available' : 'withheld';
  const wrong = left.filter((label) => map.statusOf(label) !== from);
  if (wrong.length > 0) return { refusal: { slug: 'seat-unavailable', pool: name, seats: wrong } };
  return left.length === 0 ? {} : { tickets: { quantity: left.length, seats: left } };
}
