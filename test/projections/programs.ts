import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Follower {
  process: ChildProcess;
  /** Names of the projections that it leads. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** A process that does nothing but follow the events; resolves once it does. */
export async function startFollower(databaseUrl: string): Promise<Follower> {
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', join(__dirname, 'follower.ts'), databaseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(createInterface({ input: child.stdout }), 'line');
  return {
    process: child,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}
