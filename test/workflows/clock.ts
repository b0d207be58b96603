import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../activities';

/** The time of a test server, for activities that ask for it without waiting. */
export function clockOf(env: TestWorkflowEnvironment): { now(): Date; keptBy(activities: Activities): Activities } {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    /** The same activities; `reserve`, which alone asks for the time, looks at the server's clock first. */
    keptBy: (activities) => ({
      ...activities,
      async reserve(request) {
        if (env.supportsTimeSkipping) ahead = (await env.currentTimeMs()) - Date.now();
        return activities.reserve(request);
      },
    }),
  };
}
