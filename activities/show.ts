import { z } from 'zod';
import {
  invariant,
  isSamePlan,
  newShow,
  type PoolSettings,
  planDraft,
  planStep,
  poolOf,
  poolsOfShow,
  type Show,
  type ShowPlan,
  type ShowSettings,
  type ShowSurroundings,
  salesEnd,
  showEnd,
  showSettings,
  showStream,
} from '../src/domain';
import type { GroupCommit, Session, StepOutcomes } from '../src/store';
import { madeOnce, once, stepName } from './once';
import type { PoolWorkflows } from './pool-workflows';
import { type ShowOutcome, type ShowSteer, type ShowStep, understood } from './show-steps';
import { poolRef, showRef, venueRef } from './streams';

/** Workflows of pools that are started or told something at once. */
const poolsAtOnce = 10;

const draft = newShow.extend({ promoter: z.string().min(1) });

/** Where the show stands, and when it goes on by itself. */
function standing(show: Show) {
  const { status: showStatus, opensAt, startsAt } = show;
  const hours = { closesAt: salesEnd(show), startsAt, endsAt: showEnd(show) };
  return { showStatus, hours: opensAt === undefined ? hours : { ...hours, opensAt } };
}

const gone = (show: string): ShowOutcome => ({
  status: 'refused',
  refusal: { slug: 'not-found', what: `show ${show}` },
});

/** The plan changed between the look at it and the decision on it: look again. */
class ShowChangedMeanwhile extends Error {
  override readonly name = 'ShowChangedMeanwhile';
}

/** What a show's workflow does to the streams of the show, its venue and its pools, and to the workflows of its pools. */
export function createShowActivities({
  committer,
  outcomes,
  poolWorkflows,
  progress,
  now,
}: {
  committer: GroupCommit;
  outcomes: StepOutcomes;
  poolWorkflows: PoolWorkflows;
  /** Called as work goes on: a long activity's heartbeat. */
  progress(done: number): void;
  now(): Date;
}) {
  interface Reach {
    venues: readonly string[];
    pools: readonly string[];
  }

  function decide<Result>(
    show: string,
    step: string,
    { venues, pools }: Reach,
    decision: (session: Session, around: ShowSurroundings) => Result,
  ): Promise<Result> {
    const workflow = showStream(show);
    return committer.submit({
      id: `${workflow}/${step}`,
      metadata: { correlation: workflow, causation: step, workflow },
      streams: [showRef(show), ...venues.map(venueRef), ...pools.map(poolRef)],
      decide: (session) =>
        decision(session, {
          venueNamed: (name) => session.state(venueRef(name)),
          poolNamed: (name) => session.state(poolRef(name)),
        }),
    });
  }

  function append(session: Session, show: string, plan: ShowPlan): void {
    session.append(showRef(show), plan.show);
    for (const [name, events] of plan.venues) session.append(venueRef(name), events);
    for (const [name, events] of plan.pools) session.append(poolRef(name), events);
  }

  /** The show as it stands; undefined where there is none. */
  const look = (show: string) =>
    decide(show, 'look', { venues: [], pools: [] }, (session) => session.state(showRef(show)));

  /** The plan, where the show stands as planned already; an earlier release may have let through what is refused today. */
  async function asItStands(given: ShowSettings): Promise<ShowSettings | undefined> {
    const { data: plan } = showSettings.safeParse(given);
    const show = plan && (await look(plan.name));
    return show && isSamePlan(show, plan) ? plan : undefined;
  }

  async function forEachPool(name: string, act: (pool: PoolSettings, show: Show) => Promise<void>): Promise<number> {
    const show = await look(name);
    // A draft has no pools: whatever has their names is not its own.
    if (!show?.published) return 0;
    const pools = show.sections.map((section) => poolOf(show, section));
    for (let start = 0; start < pools.length; start += poolsAtOnce) {
      progress(start);
      await Promise.all(pools.slice(start, start + poolsAtOnce).map((pool) => act(pool, show)));
    }
    return pools.length;
  }

  async function act(show: string, step: ShowStep, name: string): Promise<ShowOutcome> {
    const parsed = understood(step);
    if ('invalid' in parsed) return { status: 'invalid', because: parsed.invalid };
    const seen = await look(show);
    const { venue, sections = [] } = parsed.kind === 'changeShow' ? parsed.change : {};
    const venues = seen ? [seen.venue, ...(venue === undefined ? [] : [venue])] : [];
    const pools = seen ? poolsOfShow(seen) : [];
    const reach = { venues, pools: [...new Set([...pools, ...poolsOfShow({ name: show, sections })])] };
    return decide(show, name, reach, (session, around): ShowOutcome => {
      const before = session.state(showRef(show));
      if (before?.venue !== seen?.venue || (before && poolsOfShow(before).join() !== pools.join())) {
        throw new ShowChangedMeanwhile(`show ${show} was changed`);
      }
      const time = 'hour' in step ? new Date(step.at) : now();
      const planned = planStep(before, show, parsed, around, time);
      if (!planned.accepted) {
        return { status: 'refused', refusal: planned.refusal, ...(before && standing(before)) };
      }
      append(session, show, planned.plan);
      const after = session.state(showRef(show));
      if (!after) throw new Error('a step of a show left no show');
      return { status: 'done', ...standing(after) };
    });
  }

  async function steer(show: string, { step, stepId }: ShowSteer): Promise<ShowOutcome> {
    const name = stepName(stepId, step);
    const again = async (first: ShowOutcome | undefined): Promise<ShowOutcome> => {
      const seen = await look(show);
      if (!seen || first?.status === 'invalid') return first ?? gone(show);
      return { status: 'done', ...first, ...standing(seen) };
    };
    const id = 'signal' in step ? `${showStream(show)}/${name}` : undefined;
    const [outcome] = await once(outcomes, [{ id, act: () => act(show, step, name) }], again);
    invariant(outcome !== undefined, () => `step ${name} of show ${show} has no outcome`);
    return outcome;
  }

  return {
    /** Plans a show and books its venue. Throws a ZodError for what is no plan. */
    async draftShow(given: ShowSettings): Promise<ShowOutcome> {
      const settings = (await asItStands(given)) ?? draft.parse(given);
      const reach = { venues: [settings.venue], pools: poolsOfShow(settings) };
      const again = async (): Promise<ShowOutcome> => {
        const show = await look(settings.name);
        return show ? { status: 'done', ...standing(show) } : gone(settings.name);
      };
      const act = () =>
        decide(settings.name, 'draft', reach, (session, around): ShowOutcome => {
          const before = session.state(showRef(settings.name));
          const planned = planDraft(before, settings, around, now());
          if (!planned.accepted) return { status: 'refused', refusal: planned.refusal };
          append(session, settings.name, planned.plan);
          const after = session.state(showRef(settings.name));
          if (!after) throw new Error('a draft left no show');
          return { status: 'done', ...standing(after) };
        });
      return madeOnce(outcomes, { id: `${showStream(settings.name)}/draft`, given }, act, again);
    },

    /**
     * Takes a show on by signals and timers, in their order: with each its own stream, its venue's and those of all its pools, or
     * none of them. A signal by which it was taken on before, by whichever run of the workflow, changes nothing any more.
     */
    async steerShowInOrder({ show, steps }: { show: string; steps: readonly ShowSteer[] }): Promise<ShowOutcome[]> {
      const all: ShowOutcome[] = [];
      for (const each of steps) all.push(await steer(show, each));
      return all;
    },

    /** The same for one. */
    steerShow({ show, ...step }: { show: string } & ShowSteer): Promise<ShowOutcome> {
      return steer(show, step);
    },

    /** Sees to it that every pool of a published show has its workflow; resolves with how many there are. */
    startPools({ show }: { show: string }): Promise<number> {
      return forEachPool(show, (settings) => poolWorkflows.start(settings));
    },

    /** The sale of all pools of the show was opened or closed. */
    refreshPools({ show }: { show: string }): Promise<number> {
      return forEachPool(show, ({ name }) => poolWorkflows.refresh(name));
    },

    cancelPools({ show }: { show: string }): Promise<number> {
      return forEachPool(show, ({ name }, { cancelled }) =>
        poolWorkflows.cancelSales(name, cancelled?.reason ?? 'the show is cancelled'),
      );
    },
  };
}
