import type { SteerOutcome } from '../../activities';
import { type PoolSignal, poolStream } from '../../src/domain';
import type { Caller } from '../authentication';
import { CommandPlaces } from '../command-places';
import { sendCommand } from '../commands';
import type { Dependencies } from '../dependencies';
import { findOwnPool, findPool } from '../find';
import { cancelBody, giveBackBody, poolAnswer, poolParams, repriceBody, stopBody, withholdBody } from '../pool-schemas';
import { presentPool } from '../present';
import { refusalProblem, type Slug, unavailable, validationFailed } from '../problem';
import { type Answer, type Route, route } from '../route';
import { emptyBody } from '../schemas';

const problems: Slug[] = [
  'validation-failed',
  'unauthorized',
  'forbidden',
  'not-found',
  'pool-cancelled',
  'too-many-requests',
  'unavailable',
];

function refuseUnlessDone(outcome: SteerOutcome): void {
  if (outcome.status === 'refused') throw refusalProblem(outcome.refusal);
  if (outcome.status === 'invalid') throw validationFailed([{ path: '', message: outcome.because }]);
}

/** What promoters do with a sale that goes on. */
export function steeringRoutes(dependencies: Dependencies): Route[] {
  const { now } = dependencies;
  const places = new CommandPlaces();

  /** Waits until the command is in force. */
  function steer(name: string, caller: Caller, signal: PoolSignal, input: object): Promise<Answer> {
    const isStop = signal === 'stopSales' || signal === 'resumeSales' || signal === 'cancelSales';
    const command = { caller: `${caller.role}:${caller.subject}`, one: poolStream(name), isStop };
    const find = () => findOwnPool(dependencies, name, caller);
    return places.during(command, find, () => send(name, signal, input));
  }

  async function send(name: string, signal: PoolSignal, input: object): Promise<Answer> {
    const outcome = await sendCommand<SteerOutcome>(dependencies, poolStream(name), signal, input);
    if (outcome) refuseUnlessDone(outcome);
    else {
      // The outcome stands in the pool itself.
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
