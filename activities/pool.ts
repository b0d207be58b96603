import { isDeepStrictEqual } from 'node:util';
import {
  createPool,
  invariant,
  isNameOfSection,
  type Pool,
  type PoolCommand,
  type PoolSettings,
  type PoolStatus,
  poolEvents,
  poolName,
  poolStatus,
  poolStream,
  type Refusal,
  type SaleStoppedSignal,
  salesEnd,
  startedPool,
  steerPool,
} from '../src/domain';
import type { GroupCommit, Session, StepOutcomes } from '../src/store';
import { madeOnce, once, stepName } from './once';
import { type PoolStep, type SteerStep, understood } from './pool-step-inputs';
import { poolRef } from './streams';

/** How a signal to a pool went: in force, refused by the business, or not understood. */
export type SteerOutcome =
  | {
      status: 'done';
      poolStatus: PoolStatus;
      releaseHolds?: { reason: string };
      /** Of a pool that was made: when its sale is over by itself. */
      closesAt?: string;
    }
  | { status: 'refused'; refusal: Refusal }
  | { status: 'invalid'; because: string };

/** Tells one purchase that its sale was stopped; a purchase that has ended already is no error. */
export type TellSaleStopped = (purchaseId: string, signal: SaleStoppedSignal) => Promise<void>;

const tellAtOnce = 25;

function done(pool: Pool | undefined): Done {
  invariant(pool !== undefined, () => 'a step of a pool left no pool');
  return { status: 'done', poolStatus: poolStatus(pool) };
}

type Done = Extract<SteerOutcome, { status: 'done' }>;

function inForce(outcome: Done, asked: PoolCommand): Done {
  const endsHolds = asked.kind === 'cancelSales' || (asked.kind === 'stopSales' && asked.holds === 'release');
  return endsHolds ? { ...outcome, releaseHolds: { reason: asked.reason } } : outcome;
}

/** What is in force now, which a signal that was brought before may be behind. */
function standing(pool: Pool | undefined): Done {
  const outcome = done(pool);
  const ending = pool?.cancelled ?? (pool?.stopped?.holds === 'release' ? pool.stopped : undefined);
  return ending ? { ...outcome, releaseHolds: { reason: ending.reason } } : outcome;
}

function made(pool: Pool | undefined): SteerOutcome {
  const outcome = standing(pool);
  const closesAt = pool && salesEnd(pool);
  return closesAt === undefined ? outcome : { ...outcome, closesAt };
}

/** The pool was made of these settings, by this version or by one that asked less of them. */
function isAsAsked(pool: Pool, given: PoolSettings): boolean {
  const { PoolCreated } = poolEvents;
  const made = PoolCreated.parse(pool);
  return [PoolCreated.safeParse(given), startedPool.safeParse(given)].some(
    ({ success, data }) => success && isDeepStrictEqual(data, made),
  );
}

const taken = (pool: string): Refusal => ({ slug: 'pool-name-taken', pool });
/** A show makes its pools itself, all at once, and only then starts their workflows. */
const noSection = (pool: string): Refusal => ({
  slug: 'not-found',
  what: `show that has published a section as ${pool}`,
});

/** What a pool's workflow does to the pool's stream, and to the purchases that hold its tickets. */
export function createPoolActivities({
  committer,
  outcomes,
  tellSaleStopped,
  progress,
}: {
  committer: GroupCommit;
  outcomes: StepOutcomes;
  tellSaleStopped: TellSaleStopped;
  /** Called as work goes on: a long activity's heartbeat. */
  progress(done: number): void;
}) {
  function decide<Result>(pool: string, step: string, decision: (session: Session) => Result): Promise<Result> {
    const workflow = poolStream(pool);
    const id = `${workflow}/${step}`;
    return committer.submit({
      id,
      metadata: { correlation: workflow, causation: step, workflow },
      streams: [poolRef(pool)],
      decide: decision,
    });
  }

  async function act(pool: string, step: PoolStep, name: string): Promise<SteerOutcome> {
    const asked = understood(step);
    if ('invalid' in asked) return { status: 'invalid', because: asked.invalid };
    const ref = poolRef(pool);
    return decide(pool, name, (session): SteerOutcome => {
      const decision = steerPool(session.state(ref), pool, asked);
      if (!decision.accepted) return { status: 'refused', refusal: decision.refusal };
      session.append(ref, decision.events);
      return inForce(done(session.state(ref)), asked);
    });
  }

  function steer(pool: string, steps: readonly SteerStep[]): Promise<SteerOutcome[]> {
    const ref = poolRef(pool);
    const again = async (first: SteerOutcome | undefined): Promise<SteerOutcome> =>
      first && first.status !== 'done' ? first : decide(pool, 'look', (session) => standing(session.state(ref)));
    const named = steps.map(({ step, stepId }) => {
      const name = stepName(stepId, step);
      const id = 'input' in step ? `${poolStream(pool)}/${name}` : undefined;
      return { id, act: () => act(pool, step, name) };
    });
    return once(outcomes, named, again);
  }

  return {
    /** Throws a ZodError for what makes no pool. */
    async createPool(given: PoolSettings): Promise<SteerOutcome> {
      const name = poolName.parse(given.name);
      const ref = poolRef(name);
      const again = () => decide(name, 'look', (session): SteerOutcome => made(session.state(ref)));
      const act = () =>
        decide(name, 'create', (session): SteerOutcome => {
          const before = session.state(ref);
          // Asked again after an answer that was lost, it finds the pool that it made itself, or that a show has made.
          if (before) return isAsAsked(before, given) ? made(before) : { status: 'refused', refusal: taken(name) };
          if (given.show !== undefined || isNameOfSection(name)) return { status: 'refused', refusal: noSection(name) };
          const decision = createPool(before, startedPool.parse(given));
          if (!decision.accepted) return { status: 'refused', refusal: decision.refusal };
          session.append(ref, decision.events);
          return made(session.state(ref));
        });
      return madeOnce(outcomes, { id: `${poolStream(name)}/create`, given }, act, again);
    },

    /**
     * Brings signals and timers into the pool's stream, in their order; from its commit on every reservation is decided by
     * each. A signal that was brought before, by whichever run of the workflow, changes nothing any more.
     */
    steerPoolInOrder({ pool, steps }: { pool: string; steps: readonly SteerStep[] }): Promise<SteerOutcome[]> {
      return steer(pool, steps);
    },

    /** The same for one. */
    async steerPool({ pool, ...step }: { pool: string } & SteerStep): Promise<SteerOutcome> {
      const [outcome] = await steer(pool, [step]);
      invariant(outcome !== undefined, () => `step ${step.stepId} of pool ${pool} has no outcome`);
      return outcome;
    },

    /** Tells every purchase that holds tickets of the pool now. Those that come later are refused by the stop itself. */
    async endOpenPurchases({ pool, reason }: { pool: string; reason: string }): Promise<number> {
      const ref = poolRef(pool);
      const open = await decide(pool, 'open-purchases', (session) => {
        const state = session.state(ref);
        // Asked again long after, as by a run after a reset, it ends no holds of a sale that goes on.
        return state && standing(state).releaseHolds ? [...state.claims.keys()] : [];
      });
      for (let start = 0; start < open.length; start += tellAtOnce) {
        await Promise.all(
          open.slice(start, start + tellAtOnce).map((purchaseId) => tellSaleStopped(purchaseId, { reason })),
        );
        progress(start);
      }
      return open.length;
    },
  };
}
