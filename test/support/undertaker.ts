import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type Undertaker = {
  /** The process is sent this signal at the end of the run, and killed where that does not suffice or it comes late. */
  stop(pid: number, signal: NodeJS.Signals): void;
  /** The same for every process of a group. */
  stopGroup(pid: number, signal: NodeJS.Signals): void;
  /** The folder is removed at the end of the run. */
  clear(folder: string): void;
  /** Ends the run: resolves when all has been cleared up. */
  finish(): Promise<void>;
};

/** Starts the process that clears up behind the run, even behind one that is killed. */
export function startUndertaker(): Undertaker {
  const child = spawn(process.execPath, [join(__dirname, 'undertaker.mjs')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const finished = once(child, 'exit');
  let finishing = false;
  const stop = (pid: number, signal: NodeJS.Signals) => {
    if (finishing) process.kill(pid, 'SIGKILL');
    else child.stdin.write(`stop ${signal} ${pid}\n`);
  };
  return {
    stop,
    stopGroup: (pid, signal) => stop(-pid, signal),
    clear(folder) {
      if (!finishing) child.stdin.write(`clear ${folder}\n`);
    },
    async finish() {
      finishing = true;
      child.stdin.end();
      await finished;
    },
  };
}
