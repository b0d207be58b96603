import { type WorkflowInterceptorsFactory, workflowInfo } from '@temporalio/workflow';
import { workflowTypes } from '../src/domain/contract';
import { heardAtOnce } from './many-at-once';

/** The SDK keeps names with this prefix for itself, and fails the task of a workflow that hears a signal of such a name. */
const reservedPrefix = '__temporal_';

/** Workflows that hear their signals by `hearSignals`. */
const hearing: readonly string[] = Object.values(workflowTypes);

/**
 * Nobody's signal may keep a workflow from going on: one that can never be heard is not let in, and however many come at
 * once, they are heard in no time.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        const { activation } = input;
        const jobs = (activation.jobs ?? []).filter(
          ({ signalWorkflow }) => !signalWorkflow?.signalName?.startsWith(reservedPrefix),
        );
        activation.jobs = hearing.includes(workflowInfo().workflowType) ? heardAtOnce(jobs) : jobs;
        next(input);
      },
    },
  ],
});
