import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { identify, isRunning, type ProcessIdentity } from '../../src/runtime/processes';
import { eventually } from './eventually';

type Parentage = { readonly pid: number; readonly parent: number };

/** The process and all that it started, at whatever remove, as far as they run now. */
export function processTree(root: number): readonly ProcessIdentity[] {
  const all = process.platform === 'linux' ? parentageOnLinux() : parentageElsewhere();
  const found = [root];
  // The list grows while it is walked.
  for (const pid of found) found.push(...all.filter(({ parent }) => parent === pid).map((each) => each.pid));
  return found.map(identify).filter((identity) => identity !== undefined);
}

/** Resolves when none of them runs any more; a process that is given an old id since does not count. */
export async function allGone(processes: readonly ProcessIdentity[], options: { within?: number } = {}): Promise<void> {
  await eventually(() => {
    const left = processes.filter(isRunning);
    if (left.length > 0) throw new Error(`still running: ${left.map(({ pid }) => pid).join(', ')}`);
  }, options);
}

/** Kills the process and all that it started as if at one instant: each is halted before the first is killed. */
export function killTree(root: number): readonly ProcessIdentity[] {
  const halted = new Map<number, ProcessIdentity>();
  for (let found = processTree(root); found.some(({ pid }) => !halted.has(pid)); found = processTree(root)) {
    for (const identity of found) {
      halted.set(identity.pid, identity);
      signal(identity, 'SIGSTOP');
    }
  }
  for (const identity of halted.values()) signal(identity, 'SIGKILL');
  return [...halted.values()];
}

/** Nothing happens where the process is gone. */
export function signal({ pid }: { readonly pid: number }, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function parentageOnLinux(): Parentage[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        // After the name, which stands in brackets and may hold any: the state, then the parent.
        const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(pid), parent: Number(parent) }];
      } catch {
        return [];
      }
    });
}

function parentageElsewhere(): Parentage[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return { pid: pid ?? 0, parent: parent ?? 0 };
  });
}
