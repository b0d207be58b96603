import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { SteerOutcome } from '../../activities';
import { outcomeUpdate, type PoolSignal, poolStream } from '../../src/domain';
import type { Caller } from '../authentication';
import type { Dependencies } from '../dependencies';
import { findOwnPool, findPool } from '../find';
import { presentPool } from '../present';
import { refusalProblem, type Slug, unavailable, validationFailed } from '../problem';
import { type Answer, type Route, route } from '../route';
import {
  cancelBody,
  emptyBody,
  giveBackBody,
  poolAnswer,
  poolParams,
  repriceBody,
  stopBody,
  withholdBody,
} from '../schemas';
import { askTemporal, temporalLimits } from '../temporal-calls';

const problems: Slug[] = [
  'validation-failed',
  'unauthorized',
  'forbidden',
  'not-found',
  'pool-cancelled',
  'unavailable',
];

function refuseUnlessDone(outcome: SteerOutcome): void {
  if (outcome.status === 'refused') throw refusalProblem(outcome.refusal);
  if (outcome.status === 'invalid') throw validationFailed([{ path: '', message: outcome.because }]);
}

/** What promoters do with a sale that goes on. */
export function steeringRoutes(dependencies: Dependencies): Route[] {
  const { temporal, newId, now } = dependencies;

  /** Sends the signal, which lasts even if nobody is there to take it, and waits until it is in force. */
  async function steer(name: string, caller: Caller, signal: PoolSignal, input: object): Promise<Answer> {
    await findOwnPool(dependencies, name, caller);
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
      // The workflow of a cancelled pool is over, or was just ending; its outcome stands in the pool itself.
      if (!(error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError)) throw error;
      const { status, reason } = await findPool(dependencies, name);
      if (status !== 'cancelled')
        throw unavailable('The workflow of the pool could not say what became of the command.');
      if (signal !== 'cancelSales') {
        throw refusalProblem({ slug: 'pool-cancelled', pool: name, reason: reason ?? 'no reason given' });
      }
    }
    return { status: 200, body: presentPool(await findPool(dependencies, name), now()) };
  }

  const basics = {
    method: 'post',
    roles: ['promoter'],
    params: poolParams,
    answers: { 200: { description: 'The pool, once the change is in force', schema: poolAnswer } },
    problems,
  } as const;

  const stop = route({
    ...basics,
    path: '/v1/pools/{name}/stop',
    summary: 'Stop the sale at once; open holds are released, or may still pay with holds = honour',
    body: stopBody,
    handle: ({ params, caller, body }) => steer(params.name, caller, 'stopSales', body),
  });

  const resume = route({
    ...basics,
    path: '/v1/pools/{name}/resume',
    summary: 'Resume a stopped sale',
    body: emptyBody,
    handle: ({ params, caller }) => steer(params.name, caller, 'resumeSales', {}),
  });

  const reprice = route({
    ...basics,
    path: '/v1/pools/{name}/reprice',
    summary: 'Change the base price, the pricing, or both; claims already made keep their price',
    body: repriceBody,
    handle: ({ params, caller, body }) => steer(params.name, caller, 'reprice', body),
  });

  const withhold = route({
    ...basics,
    path: '/v1/pools/{name}/withhold',
    summary: 'Keep tickets from sale: a quantity, or seats of a numbered pool',
    body: withholdBody,
    problems: [...problems, 'insufficient-inventory', 'seat-unavailable'],
    handle: ({ params, caller, body }) => steer(params.name, caller, 'withhold', body),
  });

  const giveBack = route({
    ...basics,
    path: '/v1/pools/{name}/give-back',
    summary: 'Give withheld tickets back to the sale',
    body: giveBackBody,
    problems: [...problems, 'invalid-quantity', 'seat-unavailable'],
    handle: ({ params, caller, body }) => steer(params.name, caller, 'giveBack', body),
  });

  const cancel = route({
    ...basics,
    path: '/v1/pools/{name}/cancel',
    summary: 'Cancel the pool for good; open holds are released',
    body: cancelBody,
    handle: ({ params, caller, body }) => steer(params.name, caller, 'cancelSales', body),
  });

  return [stop, resume, reprice, withhold, giveBack, cancel];
}
