import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import {
  type PoolInput,
  type PoolSettings,
  type PurchaseRequest,
  poolStream,
  purchaseStream,
  type ShowInput,
  salesEnd,
  searchAttributes,
  showStream,
  taskQueue,
} from '../src/domain';

/** How a workflow is started: the same id never has two at once, and after the first has ended only where that is allowed. */
interface Start<Input, Conflict> {
  workflowId: string;
  taskQueue: string;
  args: [Input];
  typedSearchAttributes: SearchAttributePair[];
  /** One line, shown in the lists of the web UI; Temporal takes 400 bytes. */
  staticSummary: string;
  staticDetails: string;
  workflowTaskTimeout: typeof taskTimeout | typeof longTaskTimeout;
  workflowIdReusePolicy: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE';
  workflowIdConflictPolicy: Conflict;
}

/** A step that a worker took with it into its death is given to another one after this, so that no hold lasts longer. */
const taskTimeout = '5s';
/** Pools and shows hold nothing; a task of theirs may begin with thousands of signals, on a machine that is busy with as many. */
const longTaskTimeout = '10s';

/** Starting a purchase that is under way gives that one; once it has ended the start is refused as already started. */
export function purchaseStart(request: PurchaseRequest): Start<PurchaseRequest, 'USE_EXISTING'> {
  const { purchaseId, customerId, shop, items, cart } = request;
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
      `Purchase ${purchaseId} of customer ${customerId}${shop === undefined ? '' : ` of shop ${shop}`}:`,
      ...[first, ...others].map((line) => `- ${line}`),
      ...(cart ? [`\nAll that is in cart ${cart.id}.`] : []),
    ].join('\n'),
    workflowTaskTimeout: taskTimeout,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  };
}

/**
 * A name belongs to one pool for ever: starting a second one fails as already started. The pool of a show is made with its show, so
 * whatever ran under its name before and was refused there does not stand in its way.
 */
export function poolStart(settings: PoolSettings): Start<PoolInput, 'FAIL'> {
  const { name, title, promoter, capacity, opensAt, closesAt, show } = settings;
  const hours =
    show === undefined
      ? `Sales open ${opensAt ?? 'at once'}, close ${closesAt ?? 'when they are stopped'}.`
      : `A section of show ${show}, which opens and closes its sales.`;
  return {
    workflowId: poolStream(name),
    taskQueue,
    args: [{ settings }],
    typedSearchAttributes: [
      keywords(searchAttributes.pool, [name]),
      keyword(searchAttributes.status, 'new'),
      ...(show === undefined ? [] : [keyword(searchAttributes.show, show)]),
    ],
    staticSummary: `Pool ${name}: ${capacity} tickets`,
    staticDetails: [
      `**${title}**, pool ${name} of promoter ${promoter}, ${capacity} tickets.`,
      hours,
      'Signals: stopSales, resumeSales, reprice, withhold, giveBack, cancelSales.',
    ].join('\n\n'),
    workflowTaskTimeout: longTaskTimeout,
    workflowIdReusePolicy: show === undefined ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
  };
}

/** Its own first step looks whether the name is free: a draft that was refused, for its venue say, may come again. */
export function showStart(input: ShowInput): Start<ShowInput, 'FAIL'> {
  const { name, title, promoter, venue, startsAt, opensAt, sections } = input.settings;
  const hours = `Sales open ${opensAt ?? 'when they are opened'}, close ${salesEnd(input.settings)}.`;
  return {
    workflowId: showStream(name),
    taskQueue,
    args: [input],
    typedSearchAttributes: [keyword(searchAttributes.show, name), keyword(searchAttributes.status, 'new')],
    staticSummary: `Show ${name}: ${sections.length} sections`,
    staticDetails: [
      `**${title}**, show ${name} of promoter ${promoter}, at ${venue} on ${startsAt}, as it was drafted.`,
      hours,
      'Signals: publish, openSales, closeSales, changeShow, cancelShow.',
    ].join('\n\n'),
    workflowTaskTimeout: longTaskTimeout,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
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
