import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection, type WorkflowClient } from '@temporalio/client';
import { v7 } from 'uuid';
import { signalsOfARun } from '../src/domain';
import { BenchChild } from './children';
import type { Flooded, FloodWork } from './flood-process';
import { type Measure, summary } from './measure';
import { openShop, type Shop, shopKeys } from './shop';
import { type Cleanup, type Servers, startBoxoffice } from './stack';

const turns = 3;
/** Ten thousand to each pool, unless it is to be quick. */
const perSecond = 1_000;
const atOnce = { signals: 50, commands: 200 } as const;
const goal = { ratio: 2, stopMilliseconds: 2_000 } as const;
const millisecondsPerSecond = 1_000;

/** What another pool's buyer feels of a flood, and when the flooded pool stops. */
export interface FloodFigures {
  through: FloodWork['through'];
  count: number;
  /** Signals that Temporal refused and that were sent again, commands that were answered with 429. */
  refused: number;
  /** Purchases of another pool, from the request to confirmed: without a flood, beside one to nobody, and beside one to a pool. */
  quiet: Measure;
  besideNobody: Measure;
  besidePool: Measure;
  /** The usual (p50) time of a purchase to that without a flood. */
  ratio: number;
  /** The same beside as many that nobody works on: what the machine's and Temporal's taking of them costs. */
  ratioOfNobody: number;
  /** From a stop in the midst of the flood to its answer, at each turn. */
  stopMilliseconds: number[];
  goal: typeof goal;
}

interface Options {
  servers: Servers;
  cleanup: Cleanup;
  seconds: number;
  say(line: string): void;
}

/**
 * A buyer of one pool while another is flooded with reprices, beside the same flood to what nobody works on: workflows
 * without a worker, a pool that is not there.
 */
export async function floods({ servers, cleanup, seconds, say }: Options): Promise<FloodFigures[]> {
  const address = await startBoxoffice(cleanup, servers, shopKeys);
  const shop = await openShop(address);
  const connection = await Connection.connect({ address: servers.temporalAddress });
  cleanup.add(() => connection.close());
  const sender = await BenchChild.start(cleanup, 'flood-process.ts');
  const perTurn = Math.ceil(seconds * perSecond);
  const buyer = new Buyer(shop);
  await buyer.during(pause(seconds * millisecondsPerSecond));
  const figures: FloodFigures[] = [];
  for (const through of ['signals', 'commands'] as const) {
    const from = through === 'signals' ? servers.temporalAddress : address;
    const flood = new Flood(sender, { address: from, through, atOnce: atOnce[through] }, perTurn);
    const times = { quiet: [] as number[], nobody: [] as number[], pool: [] as number[] };
    const stops: number[] = [];
    let refused = 0;
    for (let turn = 1; turn <= turns; turn += 1) {
      const told = (what: string) => say(`${through}, turn ${turn} of ${turns}: ${what}…`);
      told('no flood');
      times.quiet.push(...(await buyer.during(pause(seconds * millisecondsPerSecond))));
      told(`${perTurn} to nobody`);
      const toNobody =
        through === 'signals' ? flood.toWorkflowsOfNobody(new Client({ connection }).workflow) : flood.toNoPool();
      times.nobody.push(...(await buyer.during(toNobody)));
      told(`${perTurn} to a pool`);
      const toPool = flood.toPool(shop);
      times.pool.push(...(await buyer.during(toPool)));
      const heard = await toPool;
      stops.push(heard.stopMilliseconds);
      refused += heard.refused;
    }
    const [quiet, besideNobody, besidePool] = [times.quiet, times.nobody, times.pool].map((each) =>
      summary(each, each.reduce((sum, took) => sum + took, 0) / millisecondsPerSecond),
    ) as [Measure, Measure, Measure];
    figures.push({
      through,
      count: perTurn,
      refused,
      quiet,
      besideNobody,
      besidePool,
      ratio: besidePool.p50 / quiet.p50,
      ratioOfNobody: besideNobody.p50 / quiet.p50,
      stopMilliseconds: stops,
      goal,
    });
  }
  await shop.check();
  return figures;
}

class Flood {
  constructor(
    private readonly sender: BenchChild,
    private readonly work: Pick<FloodWork, 'address' | 'through' | 'atOnce'>,
    private readonly count: number,
  ) {}

  /** As many for each as Temporal takes for one. */
  async toWorkflowsOfNobody(workflow: WorkflowClient): Promise<void> {
    for (let sent = 0; sent < this.count; sent += signalsOfARun) {
      const target = `nobody-${v7()}`;
      const handle = await workflow.start('nobody', { workflowId: target, taskQueue: target });
      const count = Math.min(signalsOfARun, this.count - sent);
      assert.deepEqual(await this.send(target, { count, from: sent }), { taken: count, refused: 0 });
      await handle.terminate();
    }
  }

  async toNoPool(): Promise<void> {
    const answers = await this.send(`nobody-${v7()}`, { count: this.count, from: 0 });
    assert.equal(answers.taken, undefined);
  }

  /** Resolves with the time that a stop in the midst took, once the pool has taken it and all is sent. */
  async toPool(shop: Shop): Promise<{ stopMilliseconds: number; refused: number }> {
    const pool = await shop.newPool();
    const target = this.work.through === 'signals' ? `pool-${pool}` : pool;
    const half = Math.ceil(this.count / 2);
    const first = await this.send(target, { count: half, from: 0 });
    let isOver = false;
    const second = this.send(target, { count: half, from: half }).finally(() => {
      isOver = true;
    });
    const began = performance.now();
    const { status, body } = await shop.command(pool, 'stop', { reason: 'a storm is coming' });
    const stopMilliseconds = performance.now() - began;
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.status, 'stopped');
    assert(!isOver, 'the stop was answered when the flood was over');
    const all = [first, await second];
    assert(all.every(({ taken = 0 }) => taken > 0));
    return {
      stopMilliseconds,
      refused: all.reduce((sum, { refused = 0, 429: tooMany = 0 }) => sum + refused + tooMany, 0),
    };
  }

  private send(target: string, part: Pick<FloodWork, 'count' | 'from'>): Promise<Flooded> {
    return this.sender.ask<Flooded>({ ...this.work, ...part, target } satisfies FloodWork);
  }
}

/** One purchase after the other. */
class Buyer {
  constructor(private readonly shop: Shop) {}

  /** The times of the purchases that were begun meanwhile, in milliseconds; one at least. */
  async during(whole: Promise<unknown>): Promise<number[]> {
    let isOver = false;
    const over = whole.finally(() => {
      isOver = true;
    });
    const times: number[] = [];
    do {
      const began = performance.now();
      await this.shop.pay(await this.shop.reserve(v7()));
      times.push(performance.now() - began);
    } while (!isOver);
    await over;
    return times;
  }
}

export function floodLines(all: readonly FloodFigures[]): string[] {
  return all.flatMap(({ through, count, refused, ratio, ratioOfNobody, stopMilliseconds, ...measured }) => {
    const each = [measured.quiet, measured.besidePool, measured.besideNobody];
    return [
      `${count} ${through} to a pool, ${turns} times (${refused} refused): a purchase of another one takes ${ratio.toFixed(2)} of its time without (goal ${goal.ratio}), ${ratioOfNobody.toFixed(2)} beside as many to what nobody works on`,
      `  ${each.map(({ p50 }) => p50.toFixed(0)).join(', ')} ms without, beside the pool's, beside nobody's; of ${each.map((one) => one.count).join(', ')} purchases`,
      `  a stop in the midst was answered after ${stopMilliseconds.map((took) => took.toFixed(0)).join(', ')} ms (goal ${goal.stopMilliseconds})`,
    ];
  });
}
