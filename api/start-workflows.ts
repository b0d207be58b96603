import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import {
  type PoolInput,
  type PoolSettings,
  type PurchaseRequest,
  poolStream,
  purchaseStream,
  searchAttributes,
  taskQueue,
} from '../src/domain';

/** How a workflow is started: the same id again never makes a second one, not even after the first has ended. */
interface Start<Input, Conflict> {
  workflowId: string;
  taskQueue: string;
  args: [Input];
  typedSearchAttributes: SearchAttributePair[];
  /** One line, shown in the lists of the web UI; Temporal takes 400 bytes. */
  staticSummary: string;
  staticDetails: string;
  workflowTaskTimeout: typeof taskTimeout;
  workflowIdReusePolicy: 'REJECT_DUPLICATE';
  workflowIdConflictPolicy: Conflict;
}

/** A step that a worker took with it into its death is given to another one after this, so that no hold lasts longer. */
const taskTimeout = '5s';

/** Starting a purchase that is under way gives that one; once it has ended the start is refused as already started. */
export function purchaseStart(request: PurchaseRequest): Start<PurchaseRequest, 'USE_EXISTING'> {
  const { purchaseId, customerId, items, cart } = request;
  const [first, ...others] = items.map(({ pool, quantity }) => `${quantity} × ${pool}`);
  return {
    workflowId: purchaseStream(purchaseId),
    taskQueue,
    args: [request],
    typedSearchAttributes: [
      keywords(searchAttributes.pool, [...new Set(items.map(({ pool }) => pool))]),
      keyword(searchAttributes.customer, customerId),
      keyword(searchAttributes.status, 'requested'),
    ],
    staticSummary: others.length === 0 ? `${first}` : `${first} and ${others.length} more`,
    staticDetails: [
      `Purchase ${purchaseId} of customer ${customerId}:`,
      ...[first, ...others].map((line) => `- ${line}`),
      ...(cart ? [`\nAll that is in cart ${cart.id}.`] : []),
    ].join('\n'),
    workflowTaskTimeout: taskTimeout,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  };
}

/** A name belongs to one pool for ever: starting a second one fails as already started. */
export function poolStart(settings: PoolSettings): Start<PoolInput, 'FAIL'> {
  const { name, title, promoter, capacity, opensAt, closesAt } = settings;
  return {
    workflowId: poolStream(name),
    taskQueue,
    args: [{ settings }],
    typedSearchAttributes: [keywords(searchAttributes.pool, [name]), keyword(searchAttributes.status, 'new')],
    staticSummary: `Pool ${name}: ${capacity} tickets`,
    staticDetails: [
      `**${title}**, pool ${name} of promoter ${promoter}, ${capacity} tickets.`,
      `Sales open ${opensAt ?? 'at once'}, close ${closesAt ?? 'when they are stopped'}.`,
      'Signals: stopSales, resumeSales, reprice, withhold, giveBack, cancelSales.',
    ].join('\n\n'),
    workflowTaskTimeout: taskTimeout,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
  };
}

const keyword = (name: string, value: string): SearchAttributePair => ({
  key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
  value,
});

const keywords = (name: string, value: string[]): SearchAttributePair => ({
  key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD_LIST),
  value,
});
