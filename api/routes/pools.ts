import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { SteerOutcome } from '../../activities';
import {
  outcomeUpdate,
  type PoolSettings,
  type PoolSignal,
  poolStream,
  quote,
  times,
  workflowTypes,
} from '../../src/domain';
import { listPools, type PoolView, poolNamed } from '../../src/projections';
import type { Caller } from '../authentication';
import type { Dependencies } from '../dependencies';
import { presentPool } from '../present';
import { notFound, Problem, refusalProblem, type Slug, unavailable, validationFailed } from '../problem';
import { type Answer, type Route, route } from '../route';
import {
  cancelBody,
  emptyBody,
  newPool,
  poolAnswer,
  poolParams,
  poolsAnswer,
  poolsQuery,
  priceAnswer,
  priceQuery,
  repriceBody,
  stopBody,
} from '../schemas';
import { poolStart } from '../start-workflows';
import { askTemporal, temporalLimits } from '../temporal-calls';
import { awaitCommit } from '../waiting';

const commandProblems: Slug[] = [
  'validation-failed',
  'unauthorized',
  'forbidden',
  'not-found',
  'pool-cancelled',
  'unavailable',
];
const millisecondsPerSecond = 1_000;

export function poolRoutes({ database, temporal, feed, now, newId }: Dependencies): Route[] {
  async function existing(name: string): Promise<PoolView> {
    const pool = await poolNamed(database, name);
    if (!pool) throw notFound(`pool ${name}`);
    return pool;
  }

  function refuseOthers(pool: PoolView, caller: Caller): void {
    if (caller.role === 'operator' || pool.promoter === caller.subject) return;
    throw new Problem('forbidden', `The pool ${pool.name} belongs to another promoter.`);
  }

  function refusePast(settings: { startsAt?: string | undefined; closesAt?: string | undefined }): void {
    for (const field of ['startsAt', 'closesAt'] as const) {
      const instant = settings[field];
      if (instant !== undefined && Date.parse(instant) <= now().getTime()) {
        throw new Problem('past-date', `${field} is in the past.`, { field });
      }
    }
  }

  const create = route({
    method: 'post',
    path: '/v1/pools',
    summary: 'Make a pool of tickets',
    roles: ['promoter'],
    body: newPool,
    answers: { 201: { description: 'The pool; its place is in Location', schema: poolAnswer } },
    problems: ['validation-failed', 'past-date', 'pool-name-taken', 'unauthorized', 'forbidden', 'unavailable'],
    async handle({ body, caller }): Promise<Answer> {
      refusePast(body);
      const taken = () => refusalProblem({ slug: 'pool-name-taken', pool: body.name });
      if (await poolNamed(database, body.name)) throw taken();
      const settings: PoolSettings = { ...body, title: body.title ?? body.name, promoter: caller.subject };
      const begin = async () => {
        const start = (client: typeof temporal) => client.workflow.start(workflowTypes.pool, poolStart(settings));
        await askTemporal(temporal, temporalLimits.callMilliseconds, start).catch((error: unknown) => {
          throw error instanceof WorkflowExecutionAlreadyStartedError ? taken() : error;
        });
      };
      const seconds = temporalLimits.commandMilliseconds / millisecondsPerSecond;
      const pool = await awaitCommit(feed, poolStream(body.name), seconds, () => poolNamed(database, body.name), begin);
      if (!pool) throw unavailable('The pool is accepted, but no worker has made it yet.');
      return { status: 201, headers: { Location: `/v1/pools/${pool.name}` }, body: presentPool(pool) };
    },
  });

  const list = route({
    method: 'get',
    path: '/v1/pools',
    summary: 'List pools by name',
    roles: 'all',
    query: poolsQuery,
    answers: {
      200: { description: 'A page of pools; `next` is the cursor of the page after it', schema: poolsAnswer },
    },
    problems: ['validation-failed'],
    async handle({ query: { status, limit, cursor } }): Promise<Answer> {
      const found = await listPools(database, { status, after: cursor, limit: limit + 1 });
      const page = found.slice(0, limit);
      const next = found.length > limit ? page.at(-1)?.name : undefined;
      return { status: 200, body: { pools: page.map(presentPool), ...(next !== undefined && { next }) } };
    },
  });

  const show = route({
    method: 'get',
    path: '/v1/pools/{name}',
    summary: 'A pool as it is now',
    roles: 'all',
    params: poolParams,
    answers: { 200: { description: 'The pool', schema: poolAnswer } },
    problems: ['not-found'],
    handle: async ({ params }) => ({ status: 200, body: presentPool(await existing(params.name)) }),
  });

  const price = route({
    method: 'get',
    path: '/v1/pools/{name}/price',
    summary: 'What tickets cost now, and why',
    roles: 'all',
    params: poolParams,
    query: priceQuery,
    answers: { 200: { description: 'The price, explained factor by factor', schema: priceAnswer } },
    problems: ['not-found', 'validation-failed'],
    async handle({ params, query: { quantity } }): Promise<Answer> {
      const pool = await existing(params.name);
      const { factors } = quote(pool, now());
      return { status: 200, body: { unit: pool.price, total: times(pool.price, quantity), factors } };
    },
  });

  /** Sends the signal, which lasts even if nobody is there to take it, and waits until it is in force. */
  async function command(name: string, caller: Caller, signal: PoolSignal, input: object): Promise<Answer> {
    const pool = await existing(name);
    refuseOthers(pool, caller);
    const requestId = newId();
    const recorded = 'The command is recorded and takes effect as soon as a worker takes it.';
    const handle = temporal.workflow.getHandle(poolStream(name));
    try {
      await askTemporal(temporal, temporalLimits.callMilliseconds, () =>
        handle.signal(signal, { ...input, requestId }),
      );
      const ask = () => handle.executeUpdate<SteerOutcome, [string]>(outcomeUpdate, { args: [requestId] });
      refuseUnlessDone(await askTemporal(temporal, temporalLimits.commandMilliseconds, ask, recorded));
    } catch (error) {
      // The workflow of a cancelled pool is over; its outcome stands in the pool itself.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      const { status, reason } = await existing(name);
      if (status !== 'cancelled') throw unavailable('The workflow of the pool is away.');
      if (signal !== 'cancelSales') {
        throw refusalProblem({ slug: 'pool-cancelled', pool: name, reason: reason ?? 'no reason given' });
      }
    }
    return { status: 200, body: presentPool(await existing(name)) };
  }

  function refuseUnlessDone(outcome: SteerOutcome): void {
    if (outcome.status === 'refused') throw refusalProblem(outcome.refusal);
    if (outcome.status === 'invalid') throw validationFailed([{ path: '', message: outcome.because }]);
  }

  const commandAnswers = { 200: { description: 'The pool, once the change is in force', schema: poolAnswer } };
  const commandBasics = {
    method: 'post',
    roles: ['promoter'],
    params: poolParams,
    answers: commandAnswers,
    problems: commandProblems,
  } as const;

  const stop = route({
    ...commandBasics,
    path: '/v1/pools/{name}/stop',
    summary: 'Stop the sale at once; open holds are released, or may still pay with holds = honour',
    body: stopBody,
    handle: ({ params, caller, body }) => command(params.name, caller, 'stopSales', body),
  });

  const resume = route({
    ...commandBasics,
    path: '/v1/pools/{name}/resume',
    summary: 'Resume a stopped sale',
    body: emptyBody,
    handle: ({ params, caller }) => command(params.name, caller, 'resumeSales', {}),
  });

  const reprice = route({
    ...commandBasics,
    path: '/v1/pools/{name}/reprice',
    summary: 'Change the price; claims already made keep theirs',
    body: repriceBody,
    handle: ({ params, caller, body }) => command(params.name, caller, 'reprice', body),
  });

  const cancel = route({
    ...commandBasics,
    path: '/v1/pools/{name}/cancel',
    summary: 'Cancel the pool for good; open holds are released',
    body: cancelBody,
    handle: ({ params, caller, body }) => command(params.name, caller, 'cancelSales', body),
  });

  return [create, list, show, price, stop, resume, reprice, cancel];
}
