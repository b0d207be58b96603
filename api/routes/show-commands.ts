import type { ShowOutcome } from '../../activities';
import { type ShowSignal, showStream } from '../../src/domain';
import type { Caller } from '../authentication';
import { CommandPlaces } from '../command-places';
import { sendCommand } from '../commands';
import type { Dependencies } from '../dependencies';
import { findOwnShow, refusalOfShow, withSections } from '../find-show';
import { cancelBody } from '../pool-schemas';
import { refusalProblem, type Slug, unavailable, validationFailed } from '../problem';
import { type Answer, type Route, route } from '../route';
import { emptyBody } from '../schemas';
import { showAnswer, showChange, showParams } from '../show-schemas';

const problems: Slug[] = [
  'validation-failed',
  'unauthorized',
  'forbidden',
  'not-found',
  'show-status-conflict',
  'too-many-requests',
  'unavailable',
];

/** What promoters do with a show that was drafted. */
export function showCommandRoutes(dependencies: Dependencies): Route[] {
  const places = new CommandPlaces();

  /** Waits until the command is in force, for the show and all its pools. */
  function steer(name: string, caller: Caller, signal: ShowSignal, input: object): Promise<Answer> {
    const command = {
      caller: `${caller.role}:${caller.subject}`,
      one: showStream(name),
      isStop: signal === 'cancelShow',
    };
    const find = () => findOwnShow(dependencies, name, caller);
    return places.during(command, find, () => send(name, caller, signal, input));
  }

  async function send(name: string, caller: Caller, signal: ShowSignal, input: object): Promise<Answer> {
    const outcome = await sendCommand<ShowOutcome>(dependencies, showStream(name), signal, input);
    if (outcome?.status === 'refused') throw await refusalOfShow(dependencies, outcome.refusal, caller);
    if (outcome?.status === 'invalid') throw validationFailed([{ path: '', message: outcome.because }]);
    const show = await findOwnShow(dependencies, name, caller);
    if (!outcome) refuseOver(show, signal);
    const [body] = await withSections(dependencies, [show]);
    return { status: 200, body };
  }

  const basics = { method: 'post', roles: ['promoter'], params: showParams } as const;
  const answers = { 200: { description: 'The show, once the change is in force', schema: showAnswer } };

  const change = route({
    ...basics,
    answers,
    path: '/v1/shows/{name}/change',
    summary: 'Change a draft: what is named becomes other, and null takes away what need not be there',
    body: showChange,
    problems: [...problems, 'past-date', 'venue-occupied', 'pool-name-taken'],
    handle: ({ params, caller, body }) => steer(params.name, caller, 'changeShow', body),
  });

  const publish = route({
    ...basics,
    answers,
    path: '/v1/shows/{name}/publish',
    summary: 'Publish a draft: makes the pools of all its sections, or none',
    body: emptyBody,
    problems: [...problems, 'past-date', 'pool-name-taken'],
    handle: ({ params, caller }) => steer(params.name, caller, 'publish', {}),
  });

  const open = route({
    ...basics,
    answers,
    path: '/v1/shows/{name}/open',
    summary: 'Open the sale of all sections',
    body: emptyBody,
    problems: [...problems, 'past-date'],
    handle: ({ params, caller }) => steer(params.name, caller, 'openSales', {}),
  });

  const close = route({
    ...basics,
    answers,
    path: '/v1/shows/{name}/close',
    summary: 'Close the sale of all sections for good; open holds may still pay',
    body: emptyBody,
    problems,
    handle: ({ params, caller }) => steer(params.name, caller, 'closeSales', {}),
  });

  const cancel = route({
    ...basics,
    answers,
    path: '/v1/shows/{name}/cancel',
    summary: 'Cancel the show and all its pools, until 24 hours before its start; open holds are released',
    body: cancelBody,
    problems: [...problems, 'too-close-to-start'],
    handle: ({ params, caller, body }) => steer(params.name, caller, 'cancelShow', body),
  });

  return [change, publish, open, close, cancel];
}

/** The workflow of a show that has ended is over; what became of the command stands in the show itself. */
function refuseOver({ name, status }: { name: string; status: string }, signal: ShowSignal): void {
  if (status === 'cancelled' && signal === 'cancelShow') return;
  if (status === 'cancelled' || status === 'completed') {
    throw refusalProblem({ slug: 'show-status-conflict', show: name, showStatus: status });
  }
  throw unavailable('The workflow of the show could not say what became of the command.');
}
