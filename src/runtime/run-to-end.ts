import { spawn } from 'node:child_process';
import type { GuardedProcesses } from './guarded-processes';
import { nodeProgram } from './node-program';
import { identify } from './processes';

/**
 * Runs another file of this folder once, as a process of its own.
 * @throws Error with what it said on stderr, where it does not end well
 */
export async function runToEnd(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  guarded: GuardedProcesses,
): Promise<void> {
  const { command, args } = nodeProgram(name);
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity) guarded.add(name, identity, 'SIGTERM');
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  const how = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)));
  });
  guarded.remove(name);
  if (how !== undefined) throw new Error(`${name} failed (${how}): ${words.trim()}`);
}
