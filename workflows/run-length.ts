import { patched, workflowInfo } from '@temporalio/workflow';
import { signalsOfARun } from '../src/domain/contract';

export const runLimits = {
  /** Events after which a run continues as new, as soon as a task finds nothing under way and hardly any new signals. */
  events: 2_000,
  /** Events after which it does so in any task; what is under way the next run takes up again. */
  eventsAtMost: 10_000,
  bytes: 4_000_000,
  bytesAtMost: 8_000_000,
  /** Signals that come with a task where others are likely to come before it is done. */
  manySignals: 3,
  /** That a run takes. */
  signals: signalsOfARun,
} as const;

/** Runs that an earlier version recorded went on when they had had their signals. */
const fullRunsGiveWay = 'full-runs-continue-as-new';

/** How many signals have come, as the task under way sees it. */
export interface Arrived {
  readonly inThisTask: number;
  readonly inThisRun: number;
}

/**
 * Whether this run gives way to the next. Temporal refuses that where a signal has come since the task began, and has the
 * task done once more, with all of the history before it: in a flood it is tried only where it must be, or where the run
 * has just had all the signals that Temporal takes for it. It does so then whatever is under way: no other signal can come,
 * and maybe no other task.
 */
export function mustContinueAsNew({ isBusy, arrived }: { isBusy: boolean; arrived: Arrived }): boolean {
  if (isOverdue() || (arrived.inThisRun === runLimits.signals && patched(fullRunsGiveWay))) return true;
  if (isBusy || arrived.inThisTask >= runLimits.manySignals) return false;
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  if (continueAsNewSuggested || historyLength > runLimits.events || historySize > runLimits.bytes) return true;
  // Of a server that takes more for a run, or took them before it was set up for this.
  return arrived.inThisRun > runLimits.signals && patched(fullRunsGiveWay);
}

/** The run begins nothing any more. */
export function isOverdue(): boolean {
  const { historyLength, historySize } = workflowInfo();
  return historyLength > runLimits.eventsAtMost || historySize > runLimits.bytesAtMost;
}
