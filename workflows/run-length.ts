import { workflowInfo } from '@temporalio/workflow';

export const runLimits = {
  /** Events after which a run begins nothing new and continues as new. */
  events: 2_000,
  /** Events after which it does so even if something is under way, which the next run takes up again. */
  eventsAtMost: 4_000,
  bytes: 4_000_000,
  bytesAtMost: 8_000_000,
} as const;

/** Whether this run should continue as new; `overdue` where nothing is worth waiting for any more. */
export function runLength(): 'short' | 'long' | 'overdue' {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  if (historyLength > runLimits.eventsAtMost || historySize > runLimits.bytesAtMost) return 'overdue';
  const isLong = continueAsNewSuggested || historyLength > runLimits.events || historySize > runLimits.bytes;
  return isLong ? 'long' : 'short';
}
