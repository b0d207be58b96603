import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Pool as Database } from 'pg';
import pino from 'pino';
import { type ApiSettings, startApi } from '../../src/runtime/api';
import { environmentWith } from '../../src/runtime/config';
import { loggerOptions } from '../../src/runtime/log';
import { nodeProgram } from '../../src/runtime/node-program';
import { connect } from '../../src/store';
import { createTestDatabase } from './database';
import { eventually } from './eventually';
import { createNamespace, temporalAddress } from './temporal';

export type LogLine = Readonly<Record<string, unknown>>;
export type RunningApi = { readonly url: string; readonly logs: readonly LogLine[]; stop(): Promise<void> };
export type WorkerProcess = {
  readonly logs: readonly string[];
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** It stands still, and keeps its connections, until it is thawed. */
  freeze(): void;
  thaw(): void;
};

/** One key of each role, and those of a second shop and a second promoter. */
export const keys = {
  shop: 'key-of-the-shop',
  otherShop: 'key-of-the-other-shop',
  promoter: 'key-of-pat',
  otherPromoter: 'key-of-paula',
  gate: 'key-of-the-gate',
  operator: 'key-of-the-operator',
} as const;
export type KeyHolder = keyof typeof keys;

const keyring = [
  `shop:web:${keys.shop}`,
  `shop:kiosk:${keys.otherShop}`,
  `promoter:pat:${keys.promoter}`,
  `promoter:paula:${keys.otherPromoter}`,
  `gate:north:${keys.gate}`,
  `operator:olga:${keys.operator}`,
].join(',');

/** The whole boxoffice on a database and a namespace of its own: the API in this process, each worker in one of its own. */
export class BoxOfficeStack {
  private readonly closing: (() => Promise<unknown>)[] = [];
  private main: RunningApi | undefined;
  /** What all of its workers have written. */
  readonly workerLogs: string[] = [];
  private readonly workers: WorkerProcess[] = [];

  private constructor(
    readonly databaseUrl: string,
    readonly database: Database,
    readonly namespace: string,
  ) {}

  static async open({ workers = 1, ...changes }: Partial<ApiSettings> & { workers?: number } = {}) {
    const [{ url, drop }, namespace] = await Promise.all([createTestDatabase(), createNamespace()]);
    const database = connect(url, () => undefined);
    const stack = new BoxOfficeStack(url, database, namespace);
    stack.closing.push(drop, () => database.end());
    try {
      const [api] = await Promise.all([
        stack.startApi(changes),
        ...Array.from({ length: workers }, () => stack.startWorker()),
      ]);
      stack.main = api;
    } catch (error) {
      await stack.close();
      throw error;
    }
    return stack;
  }

  get api(): RunningApi {
    if (!this.main) throw new Error('the API was not started');
    return this.main;
  }

  /** The worker that was started first. */
  get worker(): WorkerProcess {
    const [first] = this.workers;
    if (!first) throw new Error('no worker was started');
    return first;
  }

  /** Another API on the same database, with settings of its own. */
  async startApi(changes: Partial<ApiSettings> = {}): Promise<RunningApi> {
    const { databaseUrl, namespace: temporalNamespace } = this;
    const settings = { port: 0, databaseUrl, temporalAddress: temporalAddress(), temporalNamespace, keys: keyring };
    const logs: LogLine[] = [];
    const { port, stop } = await startApi({ ...settings, ...changes }, pino(loggerOptions('info', 'api'), into(logs)));
    let stopped: Promise<void> | undefined;
    const once = () => {
      stopped ??= stop();
      return stopped;
    };
    this.closing.push(once);
    return { url: `http://127.0.0.1:${port}`, logs, stop: once };
  }

  /** Resolves once it polls for work. */
  async startWorker(): Promise<WorkerProcess> {
    const { command, args } = nodeProgram('worker');
    const env = environmentWith({
      DATABASE_URL: this.databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress(),
      TEMPORAL_NAMESPACE: this.namespace,
      LOG_LEVEL: 'info',
      WORKER_METRICS_PORT: '0',
    });
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const logs: string[] = [];
    collectLines(child, (line) => {
      logs.push(line);
      this.workerLogs.push(line);
    });
    const ended = once(child, 'exit');
    const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    };
    this.closing.push(() => end('SIGKILL'));
    const polls = () => {
      if (child.exitCode !== null) throw new Error(`the worker ended: ${logs.join('\n')}`);
      return logs.some((line) => line.includes('worker is polling'));
    };
    await eventually(polls);
    const worker: WorkerProcess = {
      logs,
      end,
      freeze: () => child.kill('SIGSTOP'),
      thaw: () => child.kill('SIGCONT'),
    };
    this.workers.push(worker);
    return worker;
  }

  async close(): Promise<void> {
    for (const step of this.closing.splice(0).reverse()) await step();
  }
}

function into(logs: LogLine[]): Writable {
  return new Writable({
    write(line: Buffer, _encoding, done) {
      logs.push(JSON.parse(line.toString()));
      done();
    },
  });
}

function collectLines({ stdout, stderr }: ChildProcess, take: (line: string) => void): void {
  for (const input of [stdout, stderr]) if (input) createInterface({ input }).on('line', take);
}
