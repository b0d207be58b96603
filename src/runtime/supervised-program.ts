import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GuardedProcesses } from './guarded-processes';
import { identify, signalProcess } from './processes';

export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This process's own where it is not given. */
  readonly cwd?: string;
  /** Another account to run under. */
  readonly account?: { readonly uid?: number; readonly gid?: number };
};

/** A program that shall run until it is stopped. */
export type Program = {
  /** Also names its log and its record. */
  readonly name: string;
  /** Called before every start. */
  launch(): Promise<Launch> | Launch;
  /** Resolves once the program can be used; rejects where that takes too long. The signal says that it ended. */
  ready(ended: AbortSignal): Promise<void>;
  readonly stopSignal: NodeJS.Signals;
  /** After this long it is killed. */
  readonly stopWithinMs: number;
  readonly logFile: string;
};

export type BackOff = {
  /** Before the first restart; doubled for each further one. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** A program that stayed up this long starts from the first delay again. */
  readonly steadyAfterMs: number;
  /** Ends in a row before it was ever ready, after which it is given up. */
  readonly attemptsBeforeReady: number;
};

export const BACK_OFF: BackOff = { firstMs: 200, longestMs: 10_000, steadyAfterMs: 30_000, attemptsBeforeReady: 5 };

/** A log that has grown beyond this is set aside when its program starts; one such older log is kept. */
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const LAST_WORDS_BYTES = 2_000;

/** Keeps one program running: whenever it ends by itself, or by anyone's hand, it is started again after a delay. */
export class SupervisedProgram {
  private readonly stopRequest = new AbortController();
  private child: ChildProcess | undefined;
  private ended: Promise<string> | undefined;
  private loop: Promise<void> | undefined;
  private wasReady = false;

  constructor(
    private readonly program: Program,
    private readonly guarded: GuardedProcesses,
    private readonly say: (line: string) => void,
    private readonly backOff: BackOff = BACK_OFF,
  ) {}

  get name(): string {
    return this.program.name;
  }

  /**
   * Resolves when the program is ready for the first time.
   * @throws Error with the program's last words, where it keeps ending before or is not ready in time
   */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.loop = this.keepRunning(resolve, reject).catch(reject);
    });
  }

  /** Ends the program for good, by force where it does not within its time or the deadline (in performance.now terms). */
  async stop(deadline: number): Promise<void> {
    this.stopRequest.abort();
    this.signal(this.program.stopSignal);
    const grace = Math.max(0, Math.min(this.program.stopWithinMs, deadline - performance.now()));
    const force = setTimeout(() => this.kill(), grace);
    await this.loop;
    clearTimeout(force);
  }

  kill(): void {
    this.stopRequest.abort();
    this.signal('SIGKILL');
  }

  private signal(signal: NodeJS.Signals): void {
    const identity = this.child?.pid === undefined ? undefined : identify(this.child.pid);
    if (identity && this.child?.exitCode === null && this.child.signalCode === null) signalProcess(identity, signal);
  }

  private async keepRunning(onReady: () => void, onGivenUp: (error: Error) => void): Promise<void> {
    let failures = 0;
    while (!this.stopRequest.signal.aborted) {
      const begun = performance.now();
      const how = await this.runOnce(onReady, onGivenUp);
      if (this.stopRequest.signal.aborted) break;
      const wasSteady = performance.now() - begun >= this.backOff.steadyAfterMs;
      failures = wasSteady ? 1 : failures + 1;
      if (!this.wasReady && failures >= this.backOff.attemptsBeforeReady) {
        onGivenUp(new Error(`${this.name} ended ${failures} times before it was ready (${how})${this.lastWords()}`));
        return;
      }
      const delayMs = Math.min(this.backOff.firstMs * 2 ** (failures - 1), this.backOff.longestMs);
      this.say(`${this.name} ended (${how}); starting it again in ${delayMs / 1000} s. Log: ${this.program.logFile}`);
      await sleep(delayMs, undefined, { signal: this.stopRequest.signal }).catch(() => undefined);
    }
    onGivenUp(new Error(`${this.name} was stopped before it was ready`));
  }

  /** Answers how it ended, in words. */
  private async runOnce(onReady: () => void, onGivenUp: (error: Error) => void): Promise<string> {
    const endedSignal = new AbortController();
    try {
      await this.spawn();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    this.program.ready(endedSignal.signal).then(
      () => {
        if (endedSignal.signal.aborted) return;
        if (this.wasReady) this.say(`${this.name} runs again`);
        this.wasReady = true;
        onReady();
      },
      (error: Error) => {
        if (!endedSignal.signal.aborted && !this.wasReady) onGivenUp(new Error(`${error.message}${this.lastWords()}`));
      },
    );
    const how = await this.ended;
    endedSignal.abort();
    this.guarded.remove(this.name);
    return how ?? 'unknown';
  }

  private async spawn(): Promise<void> {
    const { command, args, env, cwd, account } = await this.program.launch();
    if (this.stopRequest.signal.aborted) throw new Error('stopped');
    const log = openLog(this.program.logFile);
    // In a group of its own: a Ctrl-C in the terminal reaches the supervisor alone, which stops all in order.
    const child = spawn(command, args, {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      ...account,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity) this.guarded.add(this.name, identity, this.program.stopSignal);
  }

  private lastWords(): string {
    try {
      const words = readFileSync(this.program.logFile, 'utf8').slice(-LAST_WORDS_BYTES).trim().split('\n').slice(-5);
      return `. The end of ${this.program.logFile}:\n  ${words.join('\n  ')}`;
    } catch {
      return '';
    }
  }
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}
