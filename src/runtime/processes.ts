import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process for good: its id alone is given to another one sooner or later, its id and start together never are. */
export type ProcessIdentity = { readonly pid: number; readonly started: string };

const POLL_MS = 50;
const INIT_PID = 1;
const SHELL = /^-?(sh|bash|dash|zsh|ash|busybox)$/;
/** What runs the scripts of a package shows in its command line. */
const SCRIPT_RUNNER = /\b(npm|npx|pnpm|yarn|bun|node)\b/;
/** How long a process may take to vanish after SIGKILL before we stop waiting for it. */
const KILL_LIMIT_MS = 2_000;

type Status = { readonly started: string; readonly parent: number; readonly name: string; readonly ended: boolean };

/** From /proc: the fields after the name, which itself may hold spaces and brackets. */
function statusOnLinux(pid: number): Status {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, startTicks] = [fields[0], fields[1], fields[19]];
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return {
    started: `${boot}/${startTicks}`,
    parent: Number(parent),
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    ended: state === 'Z' || state === 'X',
  };
}

function statusElsewhere(pid: number): Status {
  const ps = (field: string) =>
    execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  return {
    started: ps('lstart').trim(),
    parent: Number(ps('ppid')),
    name: ps('comm').trim(),
    ended: ps('stat').trim().startsWith('Z'),
  };
}

function statusOf(pid: number): Status | undefined {
  try {
    const status = process.platform === 'linux' ? statusOnLinux(pid) : statusElsewhere(pid);
    return status.ended ? undefined : status;
  } catch {
    return undefined;
  }
}

/** Undefined where no such process runs any more; one that ended and was not yet waited for does not count as running. */
export function identify(pid: number): ProcessIdentity | undefined {
  const status = statusOf(pid);
  return status && { pid, started: status.started };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** The command line of a running process, its arguments joined by blanks; empty where it cannot be read. */
export function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** This process's parent, and that one's parent where the parent is only a shell in between. */
export function launchers(): readonly ProcessIdentity[] {
  const parent = process.ppid;
  const status = statusOf(parent);
  if (!status) return [];
  const chain = SHELL.test(status.name) ? [parent, status.parent] : [parent];
  return chain.map(identify).filter((identity) => identity !== undefined);
}

/** Whether the npm that started this process was gone before this one could look: init or its like is the parent then. */
export function isOrphanOfNpm(): boolean {
  const parent = process.ppid;
  const status = statusOf(parent);
  if (!status) return true;
  const mayHaveNpmAbove = SHELL.test(status.name) && parent !== INIT_PID;
  return !mayHaveNpmAbove && !SCRIPT_RUNNER.test(commandLine(parent));
}

/** Sends a signal to a process, and to the group it leads where it leads one; nothing happens where it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  for (const target of [-identity.pid, identity.pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // No group of that id, or gone meanwhile: the process itself is tried next.
    }
  }
}

/** Whether the process had ended within the limit. */
export async function hasEnded(identity: ProcessIdentity, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (isRunning(identity)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Asks a process to end by the signal, and kills it where it has not done so within the grace. */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  signalProcess(identity, signal);
  if (await hasEnded(identity, graceMs)) return;
  signalProcess(identity, 'SIGKILL');
  await hasEnded(identity, KILL_LIMIT_MS);
}
