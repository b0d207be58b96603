import { createHash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import {
  type PurchaseRequest,
  purchaseStream,
  type Refusal,
  type RequestedItem,
  workflowTypes,
} from '../../src/domain';
import {
  type PoolView,
  type PurchaseView,
  poolsNamed,
  purchaseAsReserved,
  purchasesById,
  purchasesOfCustomer,
  purchaseTimeline,
} from '../../src/projections';
import type { Caller } from '../authentication';
import type { Dependencies } from '../dependencies';
import { presentPurchase, requestedPurchase } from '../present';
import { notFound, Problem, refusalProblem } from '../problem';
import {
  type IdempotencyKey,
  idempotencyLimits,
  requestOfPurchase,
  requestUnderKey,
  type TakenRequest,
  takeRequest,
} from '../purchase-requests';
import { type Answer, type Route, route } from '../route';
import {
  acceptedAnswer,
  customerParams,
  newPurchase,
  purchaseAnswer,
  purchaseHeaders,
  purchaseParams,
  purchasesAnswer,
  purchasesQuery,
  timelineAnswer,
  waitHeaders,
} from '../schemas';
import { purchaseStart } from '../start-workflows';
import { askTemporal, temporalLimits } from '../temporal-calls';
import { awaitCommit, preferenceApplied, preferredWait } from '../waiting';

/** Reads a purchase that is decided, or one that was only taken in. */
export async function findPurchase({ database }: Dependencies, id: string): Promise<PurchaseView> {
  const [decided] = await purchasesById(database, [id]);
  if (decided) return decided;
  const taken = await requestOfPurchase(database, id);
  if (!taken) throw notFound(`purchase ${id}`);
  return requestedPurchase(taken);
}

/** What the exact view of the pools refuses already, sparing a workflow; the reservation itself decides for good. */
function earlyRefusal(items: readonly RequestedItem[], pools: readonly PoolView[], now: Date): Refusal | undefined {
  for (const { pool: name, quantity } of items) {
    const pool = pools.find((each) => each.name === name);
    if (!pool) continue;
    const reason = pool.reason ?? 'no reason given';
    if (pool.status === 'cancelled') return { slug: 'pool-cancelled', pool: name, reason };
    if (pool.status === 'closed' || (pool.closesAt !== undefined && Date.parse(pool.closesAt) <= now.getTime())) {
      return { slug: 'sales-stopped', pool: name, reason: 'the sale is over' };
    }
    if (pool.status === 'stopped') return { slug: 'sales-stopped', pool: name, reason };
    if (pool.status === 'scheduled') return { slug: 'sales-not-open', pool: name };
    if (quantity > pool.available) {
      return { slug: 'insufficient-inventory', pool: name, requested: quantity, available: pool.available };
    }
  }
  return undefined;
}

/** Requests that no pool could ever serve: they are answered at once and leave nothing behind. */
function refuseImpossible(items: readonly RequestedItem[], pools: readonly PoolView[]): void {
  for (const { pool: name, quantity } of items) {
    const pool = pools.find((each) => each.name === name);
    if (!pool) throw notFound(`pool ${name}`);
    if (quantity < 1 || quantity > pool.maxPerPurchase) {
      throw refusalProblem({ slug: 'invalid-quantity', pool: name, min: 1, max: pool.maxPerPurchase });
    }
  }
  const currencies = [...new Set(pools.map(({ price }) => price.currency))];
  if (currencies.length > 1) throw refusalProblem({ slug: 'mixed-currencies', currencies });
}

function idempotencyKey(header: string | undefined, { role, subject }: Caller): IdempotencyKey {
  if (header === undefined || header.trim() === '') {
    throw new Problem(
      'idempotency-key-missing',
      'Send an Idempotency-Key header, new for every purchase, the same for a retry.',
    );
  }
  if (header.length > idempotencyLimits.keyLength) {
    const message = `must be at most ${idempotencyLimits.keyLength} characters`;
    throw new Problem('validation-failed', `Idempotency-Key ${message}`, {
      errors: [{ path: 'Idempotency-Key', message }],
    });
  }
  return { holder: `${role}:${subject}`, key: header };
}

export function purchaseRoutes(dependencies: Dependencies): Route[] {
  const { database, temporal, feed, decodePurchaseEvent, newId, now } = dependencies;

  async function takenIn(key: IdempotencyKey, body: Omit<PurchaseRequest, 'purchaseId'>): Promise<TakenRequest> {
    const { customerId, items } = body;
    const bodyHash = createHash('sha256').update(JSON.stringify({ customerId, items })).digest('hex');
    let taken = await requestUnderKey(database, key);
    if (!taken) {
      const pools = await poolsNamed(
        database,
        items.map(({ pool }) => pool),
      );
      refuseImpossible(items, pools);
      const refusal = earlyRefusal(items, pools, now());
      taken = await takeRequest(database, key, { purchaseId: newId(), bodyHash, customerId, items, refusal });
    }
    if (taken.bodyHash === bodyHash) return taken;
    throw new Problem(
      'idempotency-key-reused',
      'This Idempotency-Key came with another body before; use a new key for a new purchase.',
    );
  }

  async function start({ purchaseId, customerId, items }: TakenRequest): Promise<void> {
    const options = purchaseStart({ purchaseId, customerId, items });
    await askTemporal(temporal, temporalLimits.callMilliseconds, (client) =>
      client.workflow.start(workflowTypes.purchase, options),
    ).catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
  }

  const buy = route({
    method: 'post',
    path: '/v1/purchases',
    summary: 'Ask for tickets; with Prefer: wait=N the answer comes once they are reserved or refused',
    roles: ['shop'],
    headers: purchaseHeaders,
    body: newPurchase,
    answers: {
      201: { description: 'Reserved: pay before expiresAt', schema: purchaseAnswer },
      202: { description: 'Taken in; look again at Location', schema: acceptedAnswer },
    },
    problems: [
      'validation-failed',
      'idempotency-key-missing',
      'idempotency-key-reused',
      'unauthorized',
      'forbidden',
      'not-found',
      'invalid-quantity',
      'insufficient-inventory',
      'sales-stopped',
      'sales-not-open',
      'pool-cancelled',
      'unavailable',
    ],
    async handle({ body, caller, header, concerns }): Promise<Answer> {
      const taken = await takenIn(idempotencyKey(header('idempotency-key'), caller), body);
      if (taken.refusal) throw refusalProblem(taken.refusal);
      const { purchaseId: id } = taken;
      concerns(id);
      const seconds = preferredWait(header('prefer'));
      // The answer is what the reservation decided, however often it is asked and whatever happened since.
      const decided = await awaitCommit(
        feed,
        purchaseStream(id),
        seconds,
        async () => (seconds > 0 ? purchaseAsReserved(database, id, decodePurchaseEvent) : undefined),
        () => start(taken),
      );
      const headers = { Location: `/v1/purchases/${id}`, ...preferenceApplied(seconds) };
      if (decided?.refusal) throw refusalProblem(decided.refusal);
      if (decided) return { status: 201, headers, body: presentPurchase(decided) };
      return { status: 202, headers, body: { id, status: 'requested' } };
    },
  });

  const show = route({
    method: 'get',
    path: '/v1/purchases/{id}',
    summary: 'A purchase; with Prefer: wait=N the answer waits for its next change',
    roles: ['shop'],
    params: purchaseParams,
    headers: waitHeaders,
    answers: { 200: { description: 'The purchase', schema: purchaseAnswer } },
    problems: ['unauthorized', 'forbidden', 'not-found'],
    async handle({ params: { id }, header, concerns }): Promise<Answer> {
      concerns(id);
      const seconds = preferredWait(header('prefer'));
      const first = await findPurchase(dependencies, id);
      const changeable = ['requested', 'reserved', 'paying'].includes(first.status);
      const changed = async () => {
        const purchase = await findPurchase(dependencies, id);
        return purchase.status !== first.status || purchase.payments.length !== first.payments.length
          ? purchase
          : undefined;
      };
      const later =
        seconds > 0 && changeable ? await awaitCommit(feed, purchaseStream(id), seconds, changed) : undefined;
      return { status: 200, headers: { ...preferenceApplied(seconds) }, body: presentPurchase(later ?? first) };
    },
  });

  const timeline = route({
    method: 'get',
    path: '/v1/purchases/{id}/timeline',
    summary: 'Every event of a purchase, oldest first',
    roles: ['shop'],
    params: purchaseParams,
    answers: { 200: { description: 'The events', schema: timelineAnswer } },
    problems: ['unauthorized', 'forbidden', 'not-found'],
    async handle({ params: { id }, concerns }): Promise<Answer> {
      concerns(id);
      const events = await purchaseTimeline(database, id);
      if (events.length === 0) await findPurchase(dependencies, id);
      return {
        status: 200,
        body: { events: events.map(({ type, created, data }) => ({ type, at: created.toISOString(), data })) },
      };
    },
  });

  const ofCustomer = route({
    method: 'get',
    path: '/v1/customers/{id}/purchases',
    summary: "A customer's purchases, newest first",
    roles: ['shop'],
    params: customerParams,
    query: purchasesQuery,
    answers: { 200: { description: 'A page of purchases', schema: purchasesAnswer } },
    problems: ['validation-failed', 'unauthorized', 'forbidden'],
    async handle({ params: { id: customerId }, query: { limit, cursor } }): Promise<Answer> {
      const found = await purchasesOfCustomer(database, { customerId, before: cursor, limit: limit + 1 });
      const page = found.slice(0, limit);
      const next = found.length > limit ? page.at(-1)?.id : undefined;
      return { status: 200, body: { purchases: page.map(presentPurchase), ...(next !== undefined && { next }) } };
    },
  });

  return [buy, show, timeline, ofCustomer];
}
