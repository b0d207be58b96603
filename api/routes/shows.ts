import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { ShowOutcome } from '../../activities';
import { draftShow, poolsOfShow, type ShowSettings, workflowTypes } from '../../src/domain';
import { listShows, poolsNamed, type ShowPage, showNamed, shows, waitForPosition } from '../../src/projections';
import type { ShowState } from '../../workflows/show';
import type { Caller } from '../authentication';
import { isOver } from '../commands';
import type { Dependencies } from '../dependencies';
import { findOwnShow, findShow, refusalOfShow, withSections } from '../find-show';
import { outcomeOf } from '../outcome';
import { refusalProblem, unavailable } from '../problem';
import { type Answer, type Route, route } from '../route';
import { cursorOf, newShow, showAnswer, showParams, showsAnswer, showsQuery } from '../show-schemas';
import { showStart } from '../start-workflows';
import { askTemporal, temporalLimits } from '../temporal-calls';

function draftsFor({ role, subject }: Caller): ShowPage['drafts'] {
  if (role === 'operator') return 'all';
  return role === 'promoter' ? { of: subject } : 'none';
}

/** Shows, from their draft on. */
export function showRoutes(dependencies: Dependencies): Route[] {
  const { database, temporal, newId, now } = dependencies;

  /** What Temporal and the workers are not needed for to refuse. */
  async function refuseAtTheDoor(settings: ShowSettings): Promise<void> {
    const decision = draftShow(undefined, settings, now());
    if (!decision.accepted) throw refusalProblem(decision.refusal);
    if (await showNamed(database, settings.name)) {
      throw refusalProblem({ slug: 'show-name-taken', show: settings.name });
    }
    const [taken] = await poolsNamed(database, poolsOfShow(settings));
    if (taken) throw refusalProblem({ slug: 'pool-name-taken', pool: taken.name });
  }

  /** Starts the show's workflow and waits until that has drafted the show or was refused. */
  async function drafted(settings: ShowSettings): Promise<ShowOutcome | undefined> {
    const requestId = newId();
    const { callMilliseconds, commandMilliseconds } = temporalLimits;
    const handle = await askTemporal(temporal, callMilliseconds, (client) =>
      client.workflow.start(workflowTypes.show, showStart({ settings, requestId })),
    ).catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      throw refusalProblem({ slug: 'show-name-taken', show: settings.name });
    });
    const accepted = 'The show is accepted, but no worker has drafted it yet.';
    const ask = () => outcomeOf<ShowOutcome>(temporal.workflow, handle.workflowId, requestId, commandMilliseconds);
    try {
      return await askTemporal(temporal, commandMilliseconds, ask, accepted);
    } catch (error) {
      if (!isOver(error)) throw error;
      // It ends at once where it is refused, perhaps before it could be asked.
      const result = () => handle.result() as Promise<ShowState>;
      return (await askTemporal(temporal, callMilliseconds, result, accepted)).refused;
    }
  }

  const create = route({
    method: 'post',
    path: '/v1/shows',
    summary: 'Draft a show, which takes its venue for its duration and turnaround',
    roles: ['promoter'],
    body: newShow,
    answers: { 201: { description: 'The draft; its place is in Location', schema: showAnswer } },
    problems: [
      'validation-failed',
      'past-date',
      'show-name-taken',
      'pool-name-taken',
      'venue-occupied',
      'unauthorized',
      'forbidden',
      'unavailable',
    ],
    async handle({ body, caller }): Promise<Answer> {
      const settings: ShowSettings = { ...body, promoter: caller.subject };
      await refuseAtTheDoor(settings);
      const outcome = await drafted(settings);
      if (outcome?.status === 'refused') throw await refusalOfShow(dependencies, outcome.refusal, caller);
      if (outcome?.status !== 'done') throw unavailable('The workflow of the show could not say what became of it.');
      const [show] = await withSections(dependencies, [await findOwnShow(dependencies, body.name, caller)]);
      return { status: 201, headers: { Location: `/v1/shows/${body.name}` }, body: show };
    },
  });

  const list = route({
    method: 'get',
    path: '/v1/shows',
    summary: 'Browse shows by their start; promoters see their drafts as well',
    roles: 'all',
    query: showsQuery,
    answers: {
      200: { description: 'A page of shows; `next` is the cursor of the page after it', schema: showsAnswer },
    },
    problems: ['validation-failed'],
    async handle({ query: { limit, cursor, ...wanted }, caller }): Promise<Answer> {
      await waitForPosition(database, shows);
      const page = { ...wanted, drafts: draftsFor(caller), after: cursor, limit: limit + 1 };
      const found = await listShows(database, page);
      const last = found.length > limit ? found[limit - 1] : undefined;
      const presented = await withSections(dependencies, found.slice(0, limit));
      return { status: 200, body: { shows: presented, ...(last && { next: cursorOf(last) }) } };
    },
  });

  const show = route({
    method: 'get',
    path: '/v1/shows/{name}',
    summary: 'A show, its sections as they are now',
    roles: 'all',
    params: showParams,
    answers: { 200: { description: 'The show', schema: showAnswer } },
    problems: ['not-found'],
    async handle({ params: { name }, caller }): Promise<Answer> {
      const [found] = await withSections(dependencies, [await findShow(dependencies, name, caller)]);
      return { status: 200, body: found };
    },
  });

  return [create, list, show];
}
