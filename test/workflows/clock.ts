import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../activities';

/** The time of a test server, for activities that ask for it without waiting. */
export function clockOf(env: TestWorkflowEnvironment): {
  now(): Date;
  /** On a server whose time is the real one: so far ahead of it. */
  turn(milliseconds: number): void;
  keptBy(activities: Activities): Activities;
} {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    turn: (milliseconds) => {
      ahead = milliseconds;
    },
    /** The same activities; those that ask for the time look at the server's clock first. */
    keptBy(activities) {
      const onTime =
        <Input, Result>(activity: (input: Input) => Promise<Result>) =>
        async (input: Input) => {
          if (env.supportsTimeSkipping) ahead = (await env.currentTimeMs()) - Date.now();
          return activity(input);
        };
      return {
        ...activities,
        reserve: onTime(activities.reserve),
        startPayment: onTime(activities.startPayment),
        draftShow: onTime(activities.draftShow),
        steerShow: onTime(activities.steerShow),
        steerShowInOrder: onTime(activities.steerShowInOrder),
      };
    },
  };
}
