import { z } from 'zod';
import { plainText, type Refusal, type ShowCommand, type ShowSignal, type ShowStatus, showChange } from '../src/domain';

/** When a show goes on by itself: instants. */
export interface ShowHours {
  opensAt?: string;
  closesAt: string;
  startsAt: string;
  endsAt: string;
}

/** How a step of a show went: in force, refused by the business, or not understood. */
export type ShowOutcome =
  | { status: 'done'; showStatus: ShowStatus; hours: ShowHours }
  | { status: 'refused'; refusal: Refusal; showStatus?: ShowStatus; hours?: ShowHours }
  | { status: 'invalid'; because: string };

export type ShowStep =
  | { signal: ShowSignal; input?: unknown }
  /** An hour has struck, at this time by the clock of the timer: the clock here may differ. */
  | { hour: 'openSales' | 'closeSales' | 'complete'; at: string }
  /** For this reason. */
  | { callOff: string };

export interface ShowSteer {
  step: ShowStep;
  /** The same for the same signal or timer, whichever run of the workflow brings it. */
  stepId: string;
}

const reasonLimit = 500;
/** Of what was wrong with a signal, as many characters are kept: they go into the workflow's history. */
const becauseLimit = 1_000;

const requestId = z.string().optional();
const nothing = z.strictObject({ requestId }).optional();

/** What promoters send, from the API or straight from Temporal's CLI; whoever sends it, it is parsed here. */
const inputs = {
  publish: nothing,
  openSales: nothing,
  closeSales: nothing,
  cancelShow: z.strictObject({ reason: plainText(reasonLimit), requestId }),
  changeShow: showChange.extend({ requestId }),
} satisfies Record<ShowSignal, z.ZodType>;

function command(step: ShowStep): ShowCommand {
  if ('callOff' in step) return { kind: 'callOff', reason: step.callOff };
  if ('hour' in step) return { kind: step.hour };
  switch (step.signal) {
    case 'cancelShow':
      return { kind: step.signal, reason: inputs.cancelShow.parse(step.input).reason };
    case 'changeShow': {
      const { requestId: _, ...change } = inputs.changeShow.parse(step.input);
      return { kind: step.signal, change };
    }
    default:
      inputs[step.signal].parse(step.input ?? undefined);
      return { kind: step.signal };
  }
}

/** What is asked of the show by a step, or what is wrong with the signal that it is. */
export function understood(step: ShowStep): ShowCommand | { invalid: string } {
  try {
    return command(step);
  } catch (error) {
    if (error instanceof z.ZodError) return { invalid: z.prettifyError(error).slice(0, becauseLimit) };
    throw error;
  }
}
