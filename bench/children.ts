import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from './stack';

const stopMilliseconds = 5_000;

/** A program of this folder or below as a process of its own, which is sent messages and sends some back. */
export class BenchChild {
  private constructor(private readonly child: ChildProcess) {}

  /** What it writes on stdout goes to a file, as a log would. */
  static async start(cleanup: Cleanup, program: string): Promise<BenchChild> {
    const folder = await mkdtemp(join(tmpdir(), 'boxoffice-bench-'));
    const output = openSync(join(folder, 'output'), 'w');
    const child = fork(join(__dirname, program), {
      execArgv: ['--require', require.resolve('tsx/cjs')],
      stdio: ['ignore', output, 'inherit', 'ipc'],
    });
    closeSync(output);
    const ended = once(child, 'exit');
    cleanup.add(async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), stopMilliseconds);
        await ended;
        clearTimeout(late);
      }
      await rm(folder, { recursive: true, force: true });
    });
    return new BenchChild(child);
  }

  /** Sends it work and waits for what it made of it; rejects when it ends instead. */
  ask<Answer>(work: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('a process of the benchmark ended before its time'));
      this.child.once('exit', onExit);
      this.child.once('message', (answer: { failed?: string }) => {
        this.child.off('exit', onExit);
        if (answer.failed === undefined) resolve(answer as Answer);
        else reject(new Error(answer.failed));
      });
      this.child.send(work);
    });
  }
}

/** In such a process: answers what it is asked, and ends with its parent. */
export function answerParent<Work>(work: (asked: Work) => Promise<object>): void {
  process.on('message', (asked: Work) => {
    work(asked).then(
      (answer) => process.send?.(answer),
      (error: unknown) =>
        process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}
