import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type RunningProgram = {
  readonly process: ChildProcess;
  /** The next line it says. */
  line(): Promise<string>;
  /** Kills it, where it still runs, and waits for its end. */
  kill(): Promise<void>;
};

/** Runs a file of this folder as a process of its own. */
export function runProgram(name: string, ...args: readonly string[]): RunningProgram {
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', join(__dirname, `${name}.ts`), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended without a word`);
      return value;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
