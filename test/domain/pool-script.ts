import { type Arbitrary, array, boolean, constant, constantFrom, integer, oneof, option, record } from 'fast-check';
import {
  buyTickets,
  claimTickets,
  createPool,
  type Decision,
  deterministicId,
  evolvePool,
  type Pool,
  type PoolCommand,
  type PoolEvent,
  releaseTickets,
  steerPool,
} from '../../src/domain';
import { euros, poolSettings } from '../support/domain-events';

/** What may happen to a pool, at the minute of its sale that is given. */
export type Step =
  | { do: 'create'; capacity: number }
  | {
      do: 'claim';
      purchase: string;
      customer: string;
      quantity: number;
      seats: string[] | undefined;
      minute: number;
      holdMinutes: number;
    }
  | { do: 'release' | 'buy'; purchase: string }
  | { do: 'steer'; command: PoolCommand };

export interface Script {
  capacity: number;
  /** Whether it opens by itself; until then it is scheduled. */
  opensLater: boolean;
  closesAtMinute: number | undefined;
  /** Whether its seats have names; then `seatsInRow` are in each row. */
  numbered: boolean;
  maxPerCustomer: number | undefined;
  maxHeldPerCustomer: number | undefined;
  steps: Step[];
}

const saleBegins = Date.parse('2026-03-01T09:00:00Z');
export const minuteOfSale = (minute: number) => new Date(saleBegins + minute * 60_000);
const lastMinute = 20;

const purchase = constantFrom('p', 'q', 'r', 's').map((letter) => deterministicId('purchase', letter));
const reason = constantFrom('a storm', 'the band is ill');
/** Of a numbered pool, and one that no pool has. */
const seat = constantFrom('A-1', 'A-2', 'A-3', 'A-4', 'B-1', 'B-2', 'C-1', 'C-4', 'Z-9');
const seats = array(seat, { minLength: 1, maxLength: 4 });
const tickets = oneof(record({ quantity: integer({ min: 1, max: 5 }) }), record({ seats }));
const ending: Arbitrary<Step> = record({ do: constantFrom('release', 'buy'), purchase });
const claim: Arbitrary<Step> = record({
  do: constant('claim'),
  purchase,
  customer: constantFrom('alice', 'bob'),
  quantity: integer({ min: 0, max: 5 }),
  seats: option(seats, { nil: undefined }),
  minute: integer({ min: 0, max: lastMinute }),
  holdMinutes: integer({ min: 1, max: 9 }),
});
const price = oneof(
  { arbitrary: integer({ min: 1, max: 9 }).map(euros), weight: 4 },
  { arbitrary: constant({ amount: 500, currency: 'JPY' }), weight: 1 },
);
const often = oneof<Arbitrary<PoolCommand>[]>(
  record({ kind: constant('stopSales'), reason, holds: constantFrom('honour', 'release') }),
  constant({ kind: 'resumeSales' }),
  constant({ kind: 'openSales' }),
  record({ kind: constant('reprice'), price }),
  tickets.map((some) => ({ kind: 'withhold' as const, ...some })),
  tickets.map((some) => ({ kind: 'giveBack' as const, ...some })),
);
const rarely = oneof<Arbitrary<PoolCommand>[]>(
  constant({ kind: 'closeSales' }),
  record({ kind: constant('cancelSales'), reason }),
);
const steering = (command: PoolCommand): Step => ({ do: 'steer', command });

/** Everything that may happen to one pool, in any order. */
export const scripts: Arbitrary<Script> = record({
  capacity: integer({ min: 1, max: 12 }),
  opensLater: constantFrom(false, false, true),
  closesAtMinute: option(integer({ min: 1, max: lastMinute }), { nil: undefined }),
  numbered: boolean(),
  maxPerCustomer: option(integer({ min: 1, max: 4 }), { nil: undefined }),
  maxHeldPerCustomer: option(integer({ min: 1, max: 6 }), { nil: undefined }),
  steps: array(
    oneof(
      { arbitrary: claim, weight: 40 },
      { arbitrary: ending, weight: 25 },
      { arbitrary: often.map(steering), weight: 15 },
      { arbitrary: rarely.map(steering), weight: 2 },
      { arbitrary: record({ do: constant('create' as const), capacity: integer({ min: 1, max: 99 }) }), weight: 1 },
    ),
    { maxLength: 60 },
  ),
});

const seatsInRow = 4;

/** As many rows as it takes, the last one shorter. */
const rowsFor = (capacity: number) =>
  ['A', 'B', 'C'].flatMap((row, index) => {
    const last = Math.min(seatsInRow, capacity - index * seatsInRow);
    return last > 0 ? [{ row, first: 1, last }] : [];
  });

export const seatNames = (capacity: number) =>
  rowsFor(capacity).flatMap(({ row, last }) => Array.from({ length: last }, (_, index) => `${row}-${index + 1}`));

export const settingsOf = (script: Omit<Script, 'steps'>) => {
  const { capacity, opensLater, closesAtMinute, numbered, maxPerCustomer, maxHeldPerCustomer } = script;
  return poolSettings({
    capacity,
    ...(numbered && { rows: rowsFor(capacity) }),
    ...(maxPerCustomer !== undefined && { maxPerCustomer }),
    ...(maxHeldPerCustomer !== undefined && { maxHeldPerCustomer }),
    ...(opensLater && { opensAt: minuteOfSale(0).toISOString() }),
    ...(closesAtMinute !== undefined && { closesAt: minuteOfSale(closesAtMinute).toISOString() }),
  });
};

export function decide(pool: Pool, step: Step, nth: number): Decision<PoolEvent> {
  switch (step.do) {
    case 'create':
      return createPool(pool, poolSettings({ capacity: step.capacity }));
    case 'claim': {
      const { seats, minute, holdMinutes } = step;
      const quantity = seats?.length ?? step.quantity;
      const ticketIds = Array.from({ length: quantity }, (_, index) => deterministicId('ticket', nth, index));
      return claimTickets(pool, {
        pool: pool.name,
        purchaseId: step.purchase,
        customerId: step.customer,
        ticketIds,
        seats,
        heldUntil: minuteOfSale(minute + holdMinutes).toISOString(),
        now: minuteOfSale(minute),
      });
    }
    case 'release':
      return { accepted: true, events: releaseTickets(pool, step.purchase) };
    case 'buy':
      return { accepted: true, events: buyTickets(pool, step.purchase) };
    case 'steer':
      return steerPool(pool, pool.name, step.command);
  }
}

export function begin(script: Omit<Script, 'steps'>): PoolEvent[] {
  const created = createPool(undefined, settingsOf(script));
  if (!created.accepted) throw new Error('a new pool was refused');
  return created.events;
}

/** All events of a pool that lived through the script. */
export function eventsOf(script: Script): PoolEvent[] {
  const events = begin(script);
  let pool = events.reduce<Pool | undefined>(evolvePool, undefined) as Pool;
  script.steps.forEach((step, nth) => {
    const decision = decide(pool, step, nth);
    if (!decision.accepted) return;
    events.push(...decision.events);
    pool = decision.events.reduce<Pool>(evolvePool, pool);
  });
  return events;
}
