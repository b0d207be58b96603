import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { purchaseStream, workflowTypes } from '../src/domain';
import { purchaseAsReserved } from '../src/projections';
import type { Dependencies } from './dependencies';
import { presentPurchase } from './present';
import { refusalProblem, type Slug } from './problem';
import type { TakenRequest } from './purchase-requests';
import type { Answer } from './route';
import { purchaseStart } from './start-workflows';
import { askTemporal, temporalLimits } from './temporal-calls';
import { awaitCommit, preferenceApplied, preferredWait } from './waiting';

/** What may stand against buying, wherever that is asked. */
export const problemsOfBuying: readonly Slug[] = [
  'validation-failed',
  'idempotency-key-missing',
  'idempotency-key-reused',
  'unauthorized',
  'forbidden',
  'not-found',
  'invalid-quantity',
  'insufficient-inventory',
  'seat-unavailable',
  'price-changed',
  'customer-limit-reached',
  'sales-stopped',
  'sales-not-open',
  'pool-cancelled',
  'unavailable',
];

interface Asked {
  header(name: string): string | undefined;
  concerns(purchaseId: string): void;
}

/**
 * Hands a request to buy that was taken in to its workflow, and answers it as the contract has it: 201 with what was
 * reserved or 202, the same however often it is asked. Throws the problem that it was refused with, and `unavailable`.
 */
export async function beginPurchase(
  dependencies: Dependencies,
  taken: TakenRequest,
  { header, concerns }: Asked,
): Promise<Answer> {
  if (taken.refusal) throw refusalProblem(taken.refusal);
  const { database, feed } = dependencies;
  const { purchaseId: id } = taken;
  concerns(id);
  /** What the reservation decided, whatever happened since. */
  const decidedFirst = () => purchaseAsReserved(database, id);
  const seconds = preferredWait(header('prefer'));
  const before = taken.repeated ? await decidedFirst() : undefined;
  const begin = async () => {
    if (!before) await start(dependencies, taken);
  };
  const look = async () => (seconds > 0 ? (before ?? decidedFirst()) : undefined);
  const decided = await awaitCommit(feed, purchaseStream(id), seconds, look, { begin, onlyNews: !taken.repeated });
  const headers = { Location: `/v1/purchases/${id}`, ...preferenceApplied(seconds) };
  if (decided?.refusal) throw refusalProblem(decided.refusal);
  if (decided) return { status: 201, headers, body: presentPurchase(decided) };
  return { status: 202, headers, body: { id, status: 'requested' } };
}

async function start({ temporal, undecided }: Dependencies, taken: TakenRequest): Promise<void> {
  const { purchaseId, customerId, shop, items, cart } = taken;
  const options = purchaseStart({ purchaseId, customerId, ...(shop && { shop }), items, ...(cart && { cart }) });
  undecided.expect(purchaseId);
  await askTemporal(temporal, temporalLimits.callMilliseconds, (client) =>
    client.workflow.start(workflowTypes.purchase, options),
  ).catch((error: unknown) => {
    undecided.forget(purchaseId);
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  });
}
