import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GuardMessage } from './guard';
import { nodeProgram } from './node-program';
import { endProcess, isRunning, type ProcessIdentity } from './processes';

type Guarded = { readonly identity: ProcessIdentity; readonly signal: NodeJS.Signals };

const LEFTOVER_GRACE_MS = 5_000;
const GUARD_RESTART_MS = 200;

/**
 * The processes that must not outlive this one. A guard beside us ends them when we are gone; each is also recorded in
 * a folder, so that where the guard was killed as well the next start ends what it finds.
 */
export class GuardedProcesses {
  private readonly guarded = new Map<string, Guarded>();
  private guard: ChildProcess | undefined;
  private closed = false;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Ends what an earlier start left running, and answers the names. */
  async endLeftovers(): Promise<readonly string[]> {
    const ended: string[] = [];
    for (const file of readdirSync(this.folder)) {
      const path = join(this.folder, file);
      const leftover = readRecord(path);
      if (leftover && isRunning(leftover.identity)) {
        await endProcess(leftover.identity, leftover.signal, LEFTOVER_GRACE_MS);
        ended.push(file.replace(/\.json$/, ''));
      }
      rmSync(path, { force: true });
    }
    return ended;
  }

  /** @param signal asks the process to end */
  add(name: string, identity: ProcessIdentity, signal: NodeJS.Signals): void {
    this.guarded.set(name, { identity, signal });
    this.tell({ kind: 'watch', identity, signal });
    const path = this.recordOf(name);
    writeFileSync(`${path}.new`, JSON.stringify({ identity, signal }));
    renameSync(`${path}.new`, path);
  }

  remove(name: string): void {
    const gone = this.guarded.get(name);
    if (!gone) return;
    this.guarded.delete(name);
    this.tell({ kind: 'forget', pid: gone.identity.pid });
    rmSync(this.recordOf(name), { force: true });
  }

  openGuard(): void {
    const { command, args } = nodeProgram('guard');
    const guard = spawn(command, args, { cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.guard = guard;
    guard.on('error', () => undefined);
    guard.on('exit', () => {
      if (!this.closed) setTimeout(() => this.closed || this.openGuard(), GUARD_RESTART_MS).unref();
    });
    for (const { identity, signal } of this.guarded.values()) this.tell({ kind: 'watch', identity, signal });
  }

  /** Lets the guard go; it ends whatever is still there. */
  closeGuard(): void {
    this.closed = true;
    if (this.guard?.connected) this.guard.disconnect();
  }

  private tell(message: GuardMessage): void {
    // A guard that is just dying is told again when it is replaced.
    if (this.guard?.connected) this.guard.send(message, () => undefined);
  }

  private recordOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }
}

function readRecord(path: string): Guarded | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Guarded;
  } catch {
    return undefined;
  }
}
