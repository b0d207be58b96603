import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type PoolSettings, poolStream, workflowTypes } from '../../src/domain';
import { listPools, poolNamed } from '../../src/projections';
import type { Dependencies } from '../dependencies';
import { readPool } from '../find';
import { newPool, poolAnswer, poolParams, poolsAnswer, poolsQuery } from '../pool-schemas';
import { presentPool } from '../present';
import { Problem, refusalProblem, unavailable } from '../problem';
import { type Answer, type Route, route } from '../route';
import { poolStart } from '../start-workflows';
import { askTemporal, temporalLimits } from '../temporal-calls';
import { awaitCommit } from '../waiting';

const millisecondsPerSecond = 1_000;

export function poolRoutes(dependencies: Dependencies): Route[] {
  const { database, temporal, feed, now } = dependencies;

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
      const pool = await awaitCommit(feed, poolStream(body.name), seconds, () => poolNamed(database, body.name), {
        begin,
      });
      if (!pool) throw unavailable('The pool is accepted, but no worker has made it yet.');
      // A show that was published meanwhile made its section of the name.
      if (pool.show !== undefined) throw taken();
      return { status: 201, headers: { Location: `/v1/pools/${pool.name}` }, body: presentPool(pool, now()) };
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
      return {
        status: 200,
        body: { pools: page.map((pool) => presentPool(pool, now())), ...(next !== undefined && { next }) },
      };
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
    handle: async ({ params }) => ({ status: 200, json: (await readPool(dependencies, params.name)).json }),
  });

  return [create, list, show];
}
