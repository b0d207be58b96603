import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '../../src/store';
import { BenchChild } from '../children';
import { closedLoop, type Measure, summary } from '../measure';
import type { Heard, ListenerWork } from './listeners-process';
import type { Report, ScenarioOptions } from './scenario';
import { SteadySeller } from './steady-seller';

const listeners = 2_000;
const sellers = 16;
const steadyEveryMilliseconds = 10;
const heardWithinMilliseconds = 15_000;
const millisecondsPerSecond = 1_000;
const instant = () => performance.timeOrigin + performance.now();

interface LiveListenerFigures {
  listeners: number;
  /** A sale of a hundred a second. */
  steady: { reservationsPerSecond: number; eventsPerSecond: number; delay: Pick<Measure, 'p50' | 'p99'> };
  /** A sale as fast as it goes, beside the same without listeners. */
  rush: { reservations: Measure; alone: Measure; ratio: number; eventsPerSecond: number };
}

/** Listeners to one pool while it is sold: all of them hear of its last sale, and of each in its order. */
export async function liveListeners({ databaseUrl, cleanup, seconds, say }: ScenarioOptions): Promise<Report> {
  const database = connect(databaseUrl, () => undefined);
  cleanup.add(() => database.end());
  const seller = await SteadySeller.open(database);
  const api = await BenchChild.start(cleanup, 'store/api-process.ts');
  const { port } = await api.ask<{ port: number }>({ databaseUrl });
  say('a sale without listeners…');
  const alone = await rush(seller, seconds);
  say(`${listeners} listeners connect…`);
  const crowd = await BenchChild.start(cleanup, 'store/listeners-process.ts');
  const open: ListenerWork = { open: { port, path: `/v1/pools/${seller.pool}/live`, listeners } };
  assert.deepEqual(await crowd.ask(open), { opened: listeners });
  await heard(crowd, seller);
  say('the same sale with them…');
  const reservations = await rush(seller, seconds);
  const inRush = await heard(crowd, seller);
  say('a steady sale with them…');
  const steady = await steadily(seller, seconds);
  const inSteady = await heard(crowd, seller);
  const figures: LiveListenerFigures = {
    listeners,
    steady: {
      reservationsPerSecond: steady.times.size / seconds,
      eventsPerSecond: inSteady.events / seconds,
      delay: delays(inSteady, steady.times),
    },
    rush: {
      reservations,
      alone,
      ratio: reservations.perSecond / alone.perSecond,
      eventsPerSecond: inRush.events / seconds,
    },
  };
  return { figures, lines: linesOf(figures) };
}

async function rush(seller: SteadySeller, seconds: number): Promise<Measure> {
  const act = async () => {
    const began = performance.now();
    await seller.reserve();
    return performance.now() - began;
  };
  return summary(await closedLoop({ clients: sellers, warmUpSeconds: 1, seconds, act }), seconds);
}

/** When each reservation was known to be committed, by how many there were then. */
async function steadily(seller: SteadySeller, seconds: number): Promise<{ times: Map<number, number> }> {
  const times = new Map<number, number>();
  const end = performance.now() + seconds * millisecondsPerSecond;
  while (performance.now() < end) {
    const sale = seller.reserve().then(() => times.set(seller.reserved, instant()));
    await Promise.all([sale, pause(steadyEveryMilliseconds)]);
  }
  return { times };
}

/** Waits until every listener knows of every sale. */
function heard(crowd: BenchChild, { reserved }: SteadySeller): Promise<Heard> {
  const until = { claimed: reserved, withinMilliseconds: heardWithinMilliseconds };
  return crowd.ask<Heard>({ until } satisfies ListenerWork);
}

/** From each commit to the first state that shows it, for each of the listeners that kept when theirs came. */
function delays({ samples }: Heard, times: ReadonlyMap<number, number>): Pick<Measure, 'p50' | 'p99'> {
  const all: number[] = [];
  const first = Math.min(...times.keys());
  for (const states of samples) {
    let shown = first - 1;
    for (const { at, claimed } of states) {
      for (; shown < claimed; shown += 1) {
        const committed = times.get(shown + 1);
        if (committed !== undefined) all.push(at - committed);
      }
    }
    assert.equal(shown, Math.max(...times.keys()));
  }
  const { p50, p99 } = summary(all, 1);
  return { p50, p99 };
}

function linesOf({ steady, rush: { reservations, alone, ratio, eventsPerSecond } }: LiveListenerFigures): string[] {
  const { delay } = steady;
  return [
    `${listeners} live listeners, ${steady.reservationsPerSecond.toFixed(0)} reservations/s: commit to listener p50 ${delay.p50.toFixed(0)} ms, p99 ${delay.p99.toFixed(0)} ms; ${steady.eventsPerSecond.toFixed(0)} events/s`,
    `  sold as fast as it goes: ${reservations.perSecond.toFixed(0)} reservations/s, ${eventsPerSecond.toFixed(0)} events/s; without listeners ${alone.perSecond.toFixed(0)}/s; ratio ${ratio.toFixed(2)}`,
  ];
}
