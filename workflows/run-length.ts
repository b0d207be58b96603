import { workflowInfo } from '@temporalio/workflow';

export const runLimits = {
  /** Events after which a run continues as new, as soon as a task finds nothing under way and hardly any new signals. */
  events: 2_000,
  /** Events after which it does so in any task; what is under way the next run takes up again. */
  eventsAtMost: 10_000,
  bytes: 4_000_000,
  bytesAtMost: 8_000_000,
  /** Signals that come with a task where others are likely to come before it is done. */
  manySignals: 3,
} as const;

/**
 * Whether this run gives way to the next. Temporal refuses that where a signal has come since the task began, and has the
 * task done once more, with all of the history before it: in a flood it is tried only where it must be. What bounds a run
 * then is that Temporal takes 10,000 signals for one.
 */
export function mustContinueAsNew({ isBusy, newSignals }: { isBusy: boolean; newSignals: number }): boolean {
  if (isOverdue()) return true;
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  const isLong = continueAsNewSuggested || historyLength > runLimits.events || historySize > runLimits.bytes;
  return isLong && !isBusy && newSignals < runLimits.manySignals;
}

/** The run begins nothing any more. */
export function isOverdue(): boolean {
  const { historyLength, historySize } = workflowInfo();
  return historyLength > runLimits.eventsAtMost || historySize > runLimits.bytesAtMost;
}
