import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { PoolInput, PurchaseRequest, ShowInput } from '../src/domain/contract';

// Workflows are started by hand too. Input of another shape ends them at once, where it would fail their task again and
// again; what is in it is looked at by the activity that they begin with.

export function requirePurchaseRequest(given: unknown): asserts given is PurchaseRequest {
  const { purchaseId, customerId, items } = (given ?? {}) as Partial<PurchaseRequest>;
  const texts = [purchaseId, customerId, ...(Array.isArray(items) ? items.map((item) => item?.pool) : [items])];
  refuseUnless(areTexts(texts), 'a purchase begins with { purchaseId, customerId, items: [{ pool, quantity }] }');
  requireOwnId('purchase', purchaseId);
}

export function requirePoolInput(given: unknown): asserts given is PoolInput {
  const { settings, carried } = (given ?? {}) as Partial<PoolInput & Carried>;
  refuseUnless(areTexts([settings?.name]) && mayCarry(carried), 'a pool begins with { settings: { name, … } }');
  requireOwnId('pool', settings?.name);
}

export function requireShowInput(given: unknown): asserts given is ShowInput {
  const { settings, carried } = (given ?? {}) as Partial<ShowInput & Carried>;
  refuseUnless(areTexts([settings?.name]) && mayCarry(carried), 'a show begins with { settings: { name, … } }');
  requireOwnId('show', settings?.name);
}

/** A stream has one workflow, under one id: a second one beside it would act on what the first one holds. */
function requireOwnId(what: 'purchase' | 'pool' | 'show', id: unknown): void {
  const { workflowId } = workflowInfo();
  const own = `${what}-${id}`;
  refuseUnless(workflowId === own, `the workflow of this ${what} has the id ${own}, not ${workflowId}`);
}

/** What one run hands over to the next, and nobody else to any. */
interface Carried {
  carried: unknown;
}

function mayCarry(carried: unknown): boolean {
  return carried === undefined || workflowInfo().continuedFromExecutionRunId !== undefined;
}

const areTexts = (values: readonly unknown[]) => values.every((value) => typeof value === 'string');

function refuseUnless(fits: boolean, wanted: string): void {
  if (!fits) throw ApplicationFailure.nonRetryable(wanted, 'InvalidInput');
}
