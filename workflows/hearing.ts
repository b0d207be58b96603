import { defineSignal, setDefaultSignalHandler, setHandler, workflowInfo } from '@temporalio/workflow';
import { isManyAtOnce, type Sent } from './many-at-once';
import type { Arrived } from './run-length';

/**
 * Takes every signal, in the order in which they came, and counts it: those of a known name show in the web UI.
 * @param take is told the bytes that the input had as it was sent
 */
export function hearSignals(
  names: readonly string[],
  take: (name: string, input: unknown, bytes: number) => void,
): Arrived {
  const arrivals = new Arrivals();
  const hear = (name: string, input: unknown, bytes = JSON.stringify(input)?.length ?? 0) => {
    arrivals.count();
    take(name, ArrayBuffer.isView(input) ? 'what was sent is no JSON' : input, bytes);
  };
  // First, so that signals which are there when a run begins come in their own order, not in that of the names.
  setDefaultSignalHandler((name, ...args) => {
    if (!isManyAtOnce(name)) return hear(name, args[0]);
    const [sent, ...inputs] = args as [readonly Sent[], ...unknown[]];
    sent.forEach((each, nth) => {
      hear(each.name, inputs[nth], each.bytes);
    });
  });
  for (const name of names) setHandler(defineSignal<[unknown]>(name), (input) => hear(name, input));
  return arrivals;
}

class Arrivals implements Arrived {
  inThisRun = 0;
  /** The last task with signals, which began at that length of the history. */
  private task = { startedAt: 0, signals: 0 };

  count(): void {
    this.inThisRun += 1;
    this.task = { startedAt: workflowInfo().historyLength, signals: this.inThisTask + 1 };
  }

  get inThisTask(): number {
    return this.task.startedAt === workflowInfo().historyLength ? this.task.signals : 0;
  }
}
