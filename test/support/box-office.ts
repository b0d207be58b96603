import { randomUUID } from 'node:crypto';
import type { Pool as Database } from 'pg';
import {
  type Activities,
  type ConfirmOutcome,
  commitOptions,
  createActivities,
  noPoolWorkflows,
  poolRef,
} from '../../activities';
import { type PoolCommand, type PoolSettings, type PurchaseRequest, steerPool } from '../../src/domain';
import { PaymentSimulator } from '../../src/payments';
import { inlineProjections } from '../../src/projections';
import { connect, GroupCommit, type GroupCommitOptions, StepOutcomes } from '../../src/store';
import { createTestDatabase } from './database';
import { poolSettings } from './domain-events';

/** One process of boxoffice without Temporal: its activities, on a committer and connections of its own. */
export interface Ledger {
  database: Database;
  committer: GroupCommit;
  activities: Activities;
  /** The time that the activities see. */
  clock: { now: Date };
  /** Purchases that were told that their sale was stopped. */
  told: { purchaseId: string; reason: string }[];
  close(): Promise<void>;
}

export function createLedger(databaseUrl: string, changes: Partial<GroupCommitOptions> = {}): Ledger {
  const database = connect(databaseUrl, () => undefined);
  const committer = new GroupCommit(database, { ...commitOptions, inline: inlineProjections, ...changes });
  const clock = { now: new Date('2026-03-01T12:00:00Z') };
  const told: Ledger['told'] = [];
  const activities = createActivities({
    committer,
    outcomes: new StepOutcomes(database),
    provider: new PaymentSimulator(database),
    tellSaleStopped: async (purchaseId, { reason }) => {
      told.push({ purchaseId, reason });
    },
    poolWorkflows: noPoolWorkflows,
    progress: () => undefined,
    isRetry: () => true,
    now: () => clock.now,
  });
  const close = async () => {
    await committer.idle();
    await database.end();
  };
  return { database, committer, activities, clock, told, close };
}

/** Several processes on one database of their own. */
export async function openBoxOffice(): Promise<{
  url: string;
  another(changes?: Partial<GroupCommitOptions>): Ledger;
  close(): Promise<void>;
}> {
  const { url, drop } = await createTestDatabase();
  const ledgers: Ledger[] = [];
  return {
    url,
    another(changes) {
      const ledger = createLedger(url, changes);
      ledgers.push(ledger);
      return ledger;
    },
    async close() {
      await Promise.all(ledgers.map((ledger) => ledger.close()));
      await drop();
    },
  };
}

export async function onSale({ activities }: Ledger, changes: Partial<PoolSettings> = {}): Promise<string> {
  const settings = poolSettings({ name: `pool-${randomUUID()}`, ...changes });
  expect(await activities.createPool(settings)).toMatchObject({ status: 'done' });
  return settings.name;
}

/** A pool as an earlier release made it, of settings that are refused today; gives its name. */
export async function poolOfBefore(database: Database, changes: Partial<PoolSettings> = {}): Promise<string> {
  const committer = new GroupCommit(database, { ...commitOptions, inline: inlineProjections });
  const settings = poolSettings({ name: `pool-${randomUUID()}`, ...changes });
  const ref = poolRef(settings.name);
  const workflow = ref.stream;
  await committer.submit({
    id: `${workflow}/create`,
    metadata: { correlation: workflow, causation: 'create', workflow },
    streams: [ref],
    decide: (session) => session.append(ref, [{ type: 'PoolCreated', data: settings }]),
  });
  await committer.idle();
  return settings.name;
}

/** A purchase of one ticket, or of so many of each pool; by a customer of its own where none is named. */
export function purchaseOf(
  wanted: string | Record<string, number>,
  customerId: string = randomUUID(),
): PurchaseRequest {
  const lines = typeof wanted === 'string' ? { [wanted]: 1 } : wanted;
  const items = Object.entries(lines).map(([pool, quantity]) => ({ pool, quantity }));
  return { purchaseId: randomUUID(), customerId, items };
}

/** What the steps after the reservation name. */
export const stepOf = ({ purchaseId, items }: PurchaseRequest) => ({
  purchaseId,
  pools: items.map(({ pool }) => pool),
});

/** Steers the pool by one command of the committer: decided as it is, whether it was decided before or not. */
export function steerAtOnce(
  committer: GroupCommit,
  pool: string,
  step: string,
  command: PoolCommand,
): Promise<unknown> {
  const ref = poolRef(pool);
  const metadata = { correlation: ref.stream, causation: step, workflow: ref.stream };
  return committer.submit({
    id: `${ref.stream}/${step}`,
    metadata,
    streams: [ref],
    decide: (session) => {
      const decision = steerPool(session.state(ref), pool, command);
      if (!decision.accepted) return decision.refusal;
      session.append(ref, decision.events);
      return session.state(ref)?.stopped ?? 'on sale';
    },
  });
}

/** Starts the payment and confirms by it, as the purchase's workflow does once the money was taken. */
export async function paid(
  { activities }: Pick<Ledger, 'activities'>,
  request: PurchaseRequest,
  paymentId: string = randomUUID(),
): Promise<ConfirmOutcome> {
  const payment = { ...stepOf(request), paymentId };
  await activities.startPayment({ ...payment, method: 'creditCard' });
  return activities.confirm(payment);
}
