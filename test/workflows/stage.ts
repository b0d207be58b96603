import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import type { Pool as Database } from 'pg';
import type { Activities } from '../../activities';
import { poolStart, purchaseStart, showStart } from '../../api/start-workflows';
import {
  type PoolSettings,
  type PurchaseRequest,
  poolStream,
  type ShowSettings,
  workflowTypes,
} from '../../src/domain';
import { poolNamed } from '../../src/projections';
import { createLogger } from '../../src/runtime/log';
import { createWorker, wireActivities } from '../../src/runtime/worker';
import { connect, readStream } from '../../src/store';
import type { pool, purchase, show } from '../../workflows';
import { createTestDatabase } from '../support/database';
import { poolSettings } from '../support/domain-events';
import { showSettings } from '../support/show-events';
import { createNamespace, temporalAddress } from '../support/temporal';
import { startTimeSkipping } from '../support/time-skipping';
import { Buyer } from './buyer';
import { clockOf } from './clock';
import { Director } from './director';
import { HeldUpProvider } from './held-up-provider';
import { Promoter } from './promoter';
import { assertSettled } from './settled';
import { silenceTemporal } from './silence';

silenceTemporal();

/**
 * A worker that remembers nothing may forget a workflow before it has told the server what its local activities did
 * (temporalio/sdk-rust pull request 1482). The server gives the task to it again after this time.
 */
const forgottenTaskTimeout = '1s';

const { RESET_REAPPLY_TYPE_ALL_ELIGIBLE, RESET_REAPPLY_TYPE_NONE } = temporal.api.enums.v1.ResetReapplyType;

/** A task of a run, by the event that tells of its completion. */
interface Task {
  runId: string;
  eventId: NonNullable<temporal.api.history.v1.IHistoryEvent['eventId']>;
}

const MONTH_MS = 30 * 86_400_000;

export interface StageOptions {
  /** A server of its own on which time passes at will, or a namespace of the shared real one. */
  on: 'timeSkipping' | 'temporal';
  /** The worker remembers no workflow: every step of one is a replay of all the steps before it. */
  forgetful?: boolean;
  /** The name of the worker and of the client in histories. */
  identity?: string;
}

/** Boxoffice without its API: a database, the real activities and a worker, on the payment simulator. */
export class Stage {
  private readonly buyers: Buyer[] = [];
  private worker: { worker: Worker; running: Promise<void> } | undefined;

  private constructor(
    readonly env: TestWorkflowEnvironment,
    readonly database: Database,
    readonly activities: Activities,
    readonly provider: HeldUpProvider,
    /** Puts the clock of the activities so far ahead of the real time. */
    readonly turnClock: (milliseconds: number) => void,
    private readonly hire: () => Promise<Worker>,
    private readonly start: { workflowTaskTimeout?: Duration },
    private readonly release: () => Promise<void>,
  ) {}

  static async open({ on, forgetful, identity }: StageOptions): Promise<Stage> {
    const client = identity === undefined ? {} : { client: { identity } };
    const env =
      on === 'timeSkipping'
        ? await startTimeSkipping()
        : await TestWorkflowEnvironment.createFromExistingServer({
            address: temporalAddress(),
            namespace: await createNamespace(),
            ...client,
          });
    const { url, drop } = await createTestDatabase();
    const database = connect(url, () => undefined);
    const settings = {
      databaseUrl: url,
      temporalAddress: env.address,
      temporalNamespace: env.namespace ?? 'default',
    };
    const clock = clockOf(env);
    let provider: HeldUpProvider | undefined;
    const wired = wireActivities(settings, createLogger('fatal', 'test'), undefined, {
      now: clock.now,
      provider: (simulator) => {
        provider = new HeldUpProvider(simulator);
        return provider;
      },
    });
    if (!provider) throw new Error('the activities took no provider');
    const activities = clock.keptBy(wired.activities);
    const hire = () =>
      createWorker(settings, activities, env.nativeConnection, {
        ...(identity === undefined ? {} : { identity }),
        ...(forgetful ? { maxCachedWorkflows: 0 } : {}),
      });
    const start = forgetful ? { workflowTaskTimeout: forgottenTaskTimeout } : {};
    const stage = new Stage(env, database, activities, provider, clock.turn, hire, start, async () => {
      await wired.close();
      await database.end();
      await env.teardown();
      await drop();
    });
    await stage.startWorker();
    return stage;
  }

  async startWorker(): Promise<void> {
    const worker = await this.hire();
    this.worker = { worker, running: worker.run() };
  }

  /** Ends what is held up first: a worker does not stop before its activities have. */
  async stopWorker(): Promise<void> {
    this.provider.endHoldUps();
    this.worker?.worker.shutdown();
    await this.worker?.running;
    this.worker = undefined;
  }

  async close(): Promise<void> {
    await this.stopWorker();
    await this.release();
  }

  get client(): Client {
    return this.env.client;
  }

  /** A pool on sale that no workflow steers; gives its name. */
  async pool(changes: Partial<PoolSettings> = {}): Promise<string> {
    const settings = newPool(changes);
    expect(await this.activities.createPool(settings)).toMatchObject({ status: 'done' });
    return settings.name;
  }

  /** A pool with its workflow, which is about to make it. */
  async promote(changes: Partial<PoolSettings> = {}): Promise<Promoter> {
    const settings = newPool(changes);
    const handle = await this.client.workflow.start<typeof pool>(workflowTypes.pool, {
      ...poolStart(settings),
      ...this.start,
    });
    return new Promoter(settings, handle);
  }

  /** A pool with its workflow, on sale. */
  async onSale(changes: Partial<PoolSettings> = {}): Promise<Promoter> {
    const promoter = await this.promote(changes);
    await promoter.reaches({ status: 'on-sale' });
    return promoter;
  }

  /** A show of a name and a venue of its own, a month ahead, with its workflow, which is about to draft it. */
  async direct(changes: Partial<ShowSettings> = {}): Promise<Director> {
    const id = randomUUID().slice(0, 8);
    const startsAt = new Date((await this.env.currentTimeMs()) + MONTH_MS).toISOString();
    const settings = showSettings({ name: `show-${id}`, venue: `Hall ${id}`, startsAt, ...changes });
    const requestId = randomUUID();
    const handle = await this.client.workflow.start<typeof show>(workflowTypes.show, {
      ...showStart({ settings, requestId }),
      ...this.start,
    });
    return new Director(settings, handle, requestId, this.database);
  }

  /** Starts a purchase of so many tickets of each pool, by a customer of its own where none is named. */
  async buy(lines: Record<string, number>, customerId: string = randomUUID()): Promise<Buyer> {
    const items = Object.entries(lines).map(([name, quantity]) => ({ pool: name, quantity }));
    const buyer = await this.buyAgain({ purchaseId: randomUUID(), customerId, items });
    this.buyers.push(buyer);
    return buyer;
  }

  /** Starts the purchase of a request, which may have been started before. */
  async buyAgain(request: PurchaseRequest): Promise<Buyer> {
    const start = { ...purchaseStart(request), ...this.start };
    const handle = await this.client.workflow.start<typeof purchase>(workflowTypes.purchase, start);
    return new Buyer(request, handle, this.database);
  }

  /** Ends the workflow of a purchase without a word, and gives it another one. */
  async startAnew({ request, handle }: Buyer): Promise<Buyer> {
    await handle.terminate('by mistake').catch(() => undefined);
    const start = { ...purchaseStart(request), ...this.start, workflowIdReusePolicy: 'ALLOW_DUPLICATE' } as const;
    const again = await this.client.workflow.start<typeof purchase>(workflowTypes.purchase, start);
    return new Buyer(request, again, this.database);
  }

  /** The same for a pool. */
  async steerAnew({ settings, handle }: Promoter): Promise<Promoter> {
    await handle.terminate('by mistake').catch(() => undefined);
    const start = { ...poolStart(settings), ...this.start, workflowIdReusePolicy: 'ALLOW_DUPLICATE' } as const;
    return new Promoter(settings, await this.client.workflow.start<typeof pool>(workflowTypes.pool, start));
  }

  /** Who has bought by this workflow. */
  buyerOf(workflowId: string): Buyer {
    const buyer = this.buyers.find(({ handle }) => handle.workflowId === workflowId);
    if (!buyer) throw new Error(`${workflowId} is nobody's`);
    return buyer;
  }

  /** A purchase that holds its tickets. */
  async reserve(lines: Record<string, number>): Promise<Buyer> {
    const buyer = await this.buy(lines);
    await buyer.reaches('reserved');
    return buyer;
  }

  /** The tasks to which the latest run of a workflow can be reset, oldest first. */
  async tasksOf(workflowId: string): Promise<Task[]> {
    const { runId } = await this.client.workflow.getHandle(workflowId).describe();
    const { events } = await this.client.workflow.getHandle(workflowId, runId).fetchHistory();
    return (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: completed, eventId }) =>
      completed && eventId ? [{ runId, eventId }] : [],
    );
  }

  /** What `temporal workflow reset` does: to its last task, unless another one is said. */
  async reset(workflowId: string, { task, reapply = true }: { task?: Task; reapply?: boolean } = {}): Promise<void> {
    const to = task ?? (await this.tasksOf(workflowId)).at(-1);
    if (!to) throw new Error(`${workflowId} has not begun`);
    await this.env.connection.workflowService.resetWorkflowExecution({
      namespace: this.env.namespace ?? 'default',
      workflowExecution: { workflowId, runId: to.runId },
      requestId: randomUUID(),
      reason: 'terminated by mistake',
      workflowTaskFinishEventId: to.eventId,
      resetReapplyType: reapply ? RESET_REAPPLY_TYPE_ALL_ELIGIBLE : RESET_REAPPLY_TYPE_NONE,
    });
  }

  async counts(name: string): Promise<{ available: number; claimed: number; sold: number }> {
    const view = await poolNamed(this.database, name);
    if (!view) throw new Error(`no pool ${name}`);
    const { available, claimed, sold } = view;
    return { available, claimed, sold };
  }

  /** The types of the pool's events, oldest first. */
  async poolEvents(name: string): Promise<string[]> {
    return (await readStream(this.database, poolStream(name))).map(({ type }) => type);
  }

  /** What must hold of every purchase that has ended, and of all pools, whatever happened (DESIGN 8). */
  async assertSettled(): Promise<void> {
    await assertSettled(this.database, this.buyers);
  }
}

const newPool = (changes: Partial<PoolSettings>) => poolSettings({ name: `pool-${randomUUID()}`, ...changes });
