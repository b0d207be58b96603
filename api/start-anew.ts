import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Pool as Database } from 'pg';
import { z } from 'zod';
import {
  type PoolStatus,
  poolCodec,
  poolEvents,
  poolStream,
  poolsOfShow,
  purchaseStream,
  type ShowStatus,
  showSettings,
  showStream,
  workflowTypes,
} from '../src/domain';
import {
  type PoolView,
  type PurchaseView,
  poolNamed,
  poolsNamed,
  purchasesById,
  type ShowView,
  showNamed,
} from '../src/projections';
import { readStreamFrom } from '../src/store';
import { requestOfPurchase, requestsOf } from './purchase-requests';
import { poolStart, purchaseStart, showStart } from './start-workflows';

/** How a workflow is started from its stream. */
interface Anew {
  type: (typeof workflowTypes)[keyof typeof workflowTypes];
  options: ReturnType<typeof purchaseStart | typeof poolStart | typeof showStart>;
}

const nameIn = (stream: string, streamOf: (name: string) => string) => {
  const prefix = streamOf('');
  return stream.startsWith(prefix) ? stream.slice(prefix.length) : undefined;
};

/** Whether a purchase still wants its workflow: it holds tickets, or nobody knows what became of a payment. */
const isUnfinished = ({ status, payments }: PurchaseView) =>
  status === 'reserved' || status === 'paying' || payments.some((payment) => payment.status === 'started');

const goesOn = ({ status }: { status: PoolStatus | ShowStatus }) => status !== 'cancelled' && status !== 'completed';

/** Whether a pool wants its workflow: it goes on, or those who hold tickets of it are to be told that it does not. */
const isPoolUnfinished = (pool: PoolView) => goesOn(pool) || pool.claimed > 0;

/** The same of a show. */
async function isShowUnfinished(database: Database, show: ShowView): Promise<boolean> {
  if (goesOn(show) || show.status === 'completed') return goesOn(show);
  return (await poolsNamed(database, poolsOfShow(show))).some(isPoolUnfinished);
}

const isUuid = (id: string) => z.uuid().lowercase().safeParse(id).success;

/** Streams of one kind that are looked at together. */
const atOnce = 500;

/** Those of the streams that go on, or are to begin, as of now: each of them wants a workflow. */
export async function wantWorkflows(database: Database, streams: readonly string[]): Promise<string[]> {
  const named = (streamOf: (name: string) => string) => streams.flatMap((stream) => nameIn(stream, streamOf) ?? []);
  const purchases = named(purchaseStream).filter(isUuid);
  const wanted: string[] = [];
  for (let start = 0; start < purchases.length; start += atOnce) {
    const some = purchases.slice(start, start + atOnce);
    const [known, asked] = await Promise.all([purchasesById(database, some), requestsOf(database, some)]);
    const begun = new Set(known.map(({ id }) => id));
    const open = [...known.filter(isUnfinished).map(({ id }) => id), ...asked.filter((id) => !begun.has(id))];
    wanted.push(...open.map(purchaseStream));
  }
  const pools = await poolsNamed(database, named(poolStream));
  wanted.push(...pools.filter(isPoolUnfinished).map(({ name }) => poolStream(name)));
  for (const name of named(showStream)) {
    const show = await showNamed(database, name);
    if (show && (await isShowUnfinished(database, show))) wanted.push(showStream(name));
  }
  return wanted;
}

/** As it was asked for; one that nobody remembers, or that was started by hand, as it was reserved. */
async function purchaseAnew(database: Database, id: string): Promise<Anew | undefined> {
  if (!isUuid(id)) return undefined;
  const [[purchase], asked] = await Promise.all([purchasesById(database, [id]), requestOfPurchase(database, id)]);
  if (purchase && !isUnfinished(purchase)) return undefined;
  const known = asked ?? purchase;
  if (!known) return undefined;
  const { customerId, shop } = known;
  const items = asked?.items ?? known.items.map(({ pool, quantity }) => ({ pool, quantity }));
  const cart = asked?.cart;
  const options = purchaseStart({ purchaseId: id, customerId, ...(shop && { shop }), items, ...(cart && { cart }) });
  return { type: workflowTypes.purchase, options };
}

/** With the settings of today: those it was made with, and what it costs by now. */
async function poolAnew(database: Database, name: string): Promise<Anew | undefined> {
  const pool = await poolNamed(database, name);
  if (!pool || !isPoolUnfinished(pool)) return undefined;
  const [first] = await readStreamFrom(database, poolStream(name), { from: 1, limit: 1 });
  const made = first && poolCodec.decode(first);
  if (made?.type !== 'PoolCreated') throw new Error(`the stream of pool ${name} does not begin with it`);
  const { price, pricing } = pool;
  const settings = poolEvents.PoolCreated.parse({ ...made.data, price, pricing });
  return { type: workflowTypes.pool, options: poolStart(settings) };
}

async function showAnew(database: Database, name: string): Promise<Anew | undefined> {
  const show = await showNamed(database, name);
  if (!show || !(await isShowUnfinished(database, show))) return undefined;
  return { type: workflowTypes.show, options: showStart({ settings: showSettings.parse(show) }) };
}

async function anewOf(database: Database, stream: string): Promise<Anew | undefined> {
  const kinds = [
    [purchaseStream, purchaseAnew],
    [poolStream, poolAnew],
    [showStream, showAnew],
  ] as const;
  for (const [streamOf, anew] of kinds) {
    const name = nameIn(stream, streamOf);
    if (name !== undefined) return anew(database, name);
  }
  return undefined;
}

/** What is handed to the new workflow as it begins. */
interface Signal {
  name: string;
  args: unknown[];
}

/**
 * Starts the workflow of a purchase, a pool or a show anew, from its stream; a signal goes with it, or to the one that runs by now.
 * Only for one whose workflow is gone.
 * - `started`: it runs
 * - `running`: another one did, or was faster
 * - `over`: the stream has come to its end, or there is none, and no workflow is wanted
 * @param because how the last one ended, for whoever looks at the new one
 */
export async function startAnew(
  { temporal, database, now }: { temporal: Client; database: Database; now(): Date },
  stream: string,
  because: string,
  signal?: Signal,
): Promise<'started' | 'running' | 'over'> {
  const anew = await anewOf(database, stream);
  if (!anew) return 'over';
  const { type, options } = anew;
  const [args, staticDetails] = [
    options.args as unknown[],
    `${options.staticDetails}\n\nStarted anew from its stream at ${now().toISOString()}, because ${because}.`,
  ];
  const start = { ...options, args, staticDetails, workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const };
  try {
    if (signal) {
      const { name, args: signalArgs } = signal;
      const both = { ...start, workflowIdConflictPolicy: 'USE_EXISTING' as const, signal: name, signalArgs };
      await temporal.workflow.signalWithStart(type, both);
    } else await temporal.workflow.start(type, { ...start, workflowIdConflictPolicy: 'FAIL' });
    return 'started';
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return 'running';
  }
}
