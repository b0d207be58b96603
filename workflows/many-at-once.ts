import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { coresdk } from '@temporalio/proto';

type Job = coresdk.workflow_activation.IWorkflowActivationJob;

/** What is said of a signal beside its input. */
export interface Sent {
  name: string;
  bytes: number;
}

export const signalLimits = {
  /** Signals that are heard as one. */
  atOnce: 500,
  /** A longer input is not read: more than any signal of ours may need. */
  inputBytes: 100_000,
} as const;

/** Nobody can send a signal of this name: whatever comes from outside is told of inside one. */
const manyAtOnce = 'boxoffice:many-at-once';
export const isManyAtOnce = (name: string): boolean => name === manyAtOnce;

const tooLong = defaultPayloadConverter.toPayload('what was sent is too long to be read');
const nothing = defaultPayloadConverter.toPayload(undefined);

/**
 * The jobs of an activation with each run of signals made one signal. The SDK spends about a millisecond on every signal that
 * it hands to a handler, most of it on the stack traces of promises; ten thousand that came while no worker was there would
 * hold up the thread in which all workflows run for ten seconds.
 */
export function heardAtOnce(jobs: readonly Job[]): Job[] {
  const heard: Job[] = [];
  let run: Job[] = [];
  const endRun = () => {
    const [head] = run;
    if (head?.signalWorkflow) {
      head.signalWorkflow = { ...head.signalWorkflow, signalName: manyAtOnce, input: toldOf(run) };
      heard.push(head);
    }
    run = [];
  };
  for (const job of jobs) {
    if (job.signalWorkflow) run.push(job);
    if (!job.signalWorkflow || run.length === signalLimits.atOnce) endRun();
    if (!job.signalWorkflow) heard.push(job);
  }
  endRun();
  return heard;
}

function toldOf(run: readonly Job[]): Payload[] {
  const signals = run.map(({ signalWorkflow }) => {
    const input = signalWorkflow?.input?.[0] ?? nothing;
    const bytes = input.data?.length ?? 0;
    return {
      sent: { name: signalWorkflow?.signalName ?? '', bytes },
      input: bytes > signalLimits.inputBytes ? tooLong : input,
    };
  });
  return [defaultPayloadConverter.toPayload(signals.map(({ sent }) => sent)), ...signals.map(({ input }) => input)];
}
