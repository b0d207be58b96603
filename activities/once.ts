import { hash } from 'node:crypto';
import { DuplicateEventId, type StepOutcomes } from '../src/store';

/** A step that is done once, however often and by whichever run of its workflow it is asked for. */
export interface OnceStep<Outcome> {
  /** Among the steps of all streams; none where the stream itself says whether it was done. */
  id?: string | undefined;
  act(): Promise<Outcome>;
}

/**
 * The outcomes of the steps, which are begun in their order. One that was done before is not done again, also where it
 * appended nothing, or where its stream has gone on since: `again` says what is to be answered, and is handed its first
 * outcome where that was kept. What a step throws all are tried for again.
 */
export async function once<Outcome>(
  outcomes: StepOutcomes,
  steps: readonly OnceStep<Outcome>[],
  again: (first: Outcome | undefined) => Promise<Outcome>,
): Promise<Outcome[]> {
  const ids = steps.flatMap(({ id }) => id ?? []);
  const known = ids.length === 0 ? new Map<string, unknown>() : await outcomes.find(ids);
  const made = new Map<string, Outcome>();
  const all = await Promise.all(
    steps.map(async ({ id, act }) => {
      // Only `keep` below writes them, so what is found under the step's id is an outcome of such a step.
      if (id !== undefined && known.has(id)) return again(known.get(id) as Outcome);
      const outcome = await act().catch((error: unknown) => {
        // Its events are there, and its stream has gone on since: it was done, and its answer was lost.
        if (error instanceof DuplicateEventId) return again(undefined);
        throw error;
      });
      if (id !== undefined) made.set(id, outcome);
      return outcome;
    }),
  );
  await outcomes.keep(made);
  return all;
}

/**
 * What makes a stream, once: whoever asks for the very same again finds it made, whatever has become of it since. A refusal
 * may be another one the next time.
 */
export async function madeOnce<Outcome extends { status: string }>(
  outcomes: StepOutcomes,
  { id, given }: { id: string; given: unknown },
  act: () => Promise<Outcome>,
  again: () => Promise<Outcome>,
): Promise<Outcome> {
  const step = `${id}-${digestOf(given)}`;
  if ((await outcomes.find([step])).size > 0) return again();
  const outcome = await act();
  if (outcome.status === 'done') await outcomes.keep(new Map([[step, outcome]]));
  return outcome;
}

/** Signals without an id of their own are told apart by their number and by what is in them. */
const numbered = /^arrived-/;
const digestLetters = 12;

/** The step's name in its stream: one that was only numbered is also named after what it says. */
export function stepName(stepId: string, said: unknown): string {
  if (!numbered.test(stepId)) return stepId;
  return `${stepId}-${digestOf(said)}`;
}

function digestOf(said: unknown): string {
  return hash('sha1', JSON.stringify(said) ?? '', 'hex').slice(0, digestLetters);
}
