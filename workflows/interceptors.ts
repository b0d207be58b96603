import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** The SDK keeps names with this prefix for itself, and fails the task of a workflow that hears a signal of such a name. */
const reservedPrefix = '__temporal_';

/** Nobody's signal may keep a workflow from going on: one that can never be heard is not let in. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        const { activation } = input;
        const jobs = activation.jobs ?? [];
        activation.jobs = jobs.filter(({ signalWorkflow }) => !signalWorkflow?.signalName?.startsWith(reservedPrefix));
        next(input);
      },
    },
  ],
});
