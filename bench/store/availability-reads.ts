import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '../../src/store';
import { BenchChild } from '../children';
import type { Measure } from '../measure';
import type { Load } from './load-process';
import type { Report, ScenarioOptions } from './scenario';
import { SteadySeller } from './steady-seller';

const goal = { ratio: 0.8 } as const;
const connections = 64;
const turns = 3;
const warmUpSeconds = 1;
const sellEveryMilliseconds = 10;
const checkEveryMilliseconds = 25;

interface AvailabilityReadFigures {
  /** The best turn of each. */
  api: Measure;
  bare: Measure;
  /** Reads a second beside the bare route's, by turns. */
  ratios: number[];
  ratio: number;
  reservationsMeanwhile: number;
  goal: typeof goal;
}

/**
 * `GET /v1/pools/{name}` while the pool is being sold, beside a bare Express route that answers a constant as long; each
 * server in a process of its own, in turns. Every answer adds up and is no older than its request.
 */
export async function availabilityReads({ databaseUrl, cleanup, seconds, say }: ScenarioOptions): Promise<Report> {
  const database = connect(databaseUrl, () => undefined);
  cleanup.add(() => database.end());
  const seller = await SteadySeller.open(database);
  await seller.reserve();
  const [api, bare, load] = await Promise.all(
    ['store/api-process.ts', 'store/bare-process.ts', 'store/load-process.ts'].map((program) =>
      BenchChild.start(cleanup, program),
    ),
  );
  assert(api && bare && load);
  const { port: apiPort } = await api.ask<{ port: number }>({ databaseUrl });
  const pool = `http://127.0.0.1:${apiPort}/v1/pools/${seller.pool}`;
  const body = await (await fetch(pool)).json();
  const { port: barePort } = await bare.ask<{ port: number }>({ body });
  const usual = { connections, warmUpSeconds, seconds: seconds / turns };
  const measured: { api: Measure; bare: Measure }[] = [];
  const sale = seller.sellSteadily(sellEveryMilliseconds);
  for (let turn = 1; turn <= turns; turn += 1) {
    say(`availability reads, turn ${turn} of ${turns}…`);
    const bareTurn = await load.ask<Measure>({ ...usual, port: barePort, path: `/pool/${seller.pool}` } satisfies Load);
    const checked = checkFreshness(pool, seller);
    const apiTurn = await load.ask<Measure>({
      ...usual,
      port: apiPort,
      path: `/v1/pools/${seller.pool}`,
    } satisfies Load);
    assert((await checked.stop()) > 0);
    measured.push({ api: apiTurn, bare: bareTurn });
  }
  const reservationsMeanwhile = await sale.stop();
  assert(reservationsMeanwhile > 0);
  const ratios = measured.map((turn) => turn.api.perSecond / turn.bare.perSecond);
  const best = (of: 'api' | 'bare') =>
    measured.map((turn) => turn[of]).reduce((one, other) => (other.perSecond > one.perSecond ? other : one));
  const ratio = [...ratios].sort((one, other) => one - other)[Math.floor(turns / 2)] ?? 0;
  const figures: AvailabilityReadFigures = {
    api: best('api'),
    bare: best('bare'),
    ratios,
    ratio,
    reservationsMeanwhile,
    goal,
  };
  return { figures, lines: linesOf(figures) };
}

/** Now and then: what was sold before a read is in its answer. */
function checkFreshness(url: string, seller: SteadySeller): { stop(): Promise<number> } {
  let checking = true;
  const checks = (async () => {
    let count = 0;
    for (; checking; count += 1) {
      const sold = seller.reserved;
      const { claimed } = (await (await fetch(url)).json()) as { claimed: number };
      assert(claimed >= sold, `${claimed} were claimed after ${sold}`);
      await pause(checkEveryMilliseconds);
    }
    return count;
  })();
  return {
    stop: () => {
      checking = false;
      return checks;
    },
  };
}

function linesOf({ api, bare, ratio, ratios, reservationsMeanwhile }: AvailabilityReadFigures): string[] {
  const told = ({ perSecond, p50, p99 }: Measure) =>
    `${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  return [
    `availability reads, ${connections} connections, ${reservationsMeanwhile} reservations meanwhile: ${told(api)}`,
    `  bare Express route: ${told(bare)}; ratio ${ratio.toFixed(2)}, by turns ${ratios.map((each) => each.toFixed(2)).join(', ')} (goal ${goal.ratio})`,
  ];
}
