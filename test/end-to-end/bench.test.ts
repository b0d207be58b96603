import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FloodFigures } from '../../bench/flood';
import { buyers } from '../../bench/purchases';
import { storeScenarios } from '../../bench/store';
import { commandLine } from '../../src/runtime/processes';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import { npm } from '../support/npm-start';
import { allGone, killTree, signal } from '../support/process-tree';

const STOPS_WITHIN_MS = 20_000;

// What it measures says nothing here, on a busy machine and in so short a time; that it still measures and checks does.
describeWith('temporal', 'npm run bench', () => {
  /** What `npm run bench` prints for programs after so long of everything that is named. */
  async function figuresOf(named: 'purchases' | 'floods' | 'store', seconds = 1) {
    const command = npm(['run', '--silent', 'bench', '--', named, '--json', '--seconds', `${seconds}`], {});
    try {
      const code = await command.ended();
      if (code !== 0) throw new Error(`npm run bench ended with ${code}:\n${command.output}`);
    } finally {
      if (command.isRunning) killTree(command.pid);
    }
    const figures = JSON.parse(command.output.slice(command.output.indexOf('{')));
    expect(figures).toMatchObject({ seconds, machine: expect.stringContaining('GiB') });
    return figures;
  }
  const measure = { perSecond: expect.any(Number), p50: expect.any(Number), p99: expect.any(Number) };

  it('checks the purchases that it measured, and prints one object for programs', async () => {
    const { purchases } = await figuresOf('purchases');
    expect(purchases).toEqual(
      buyers.map((count) =>
        expect.objectContaining({
          buyers: count,
          boxoffice: { confirmed: expect.objectContaining(measure), reserved: expect.objectContaining(measure) },
          bare: { confirmed: expect.objectContaining(measure), reserved: expect.objectContaining(measure) },
          goal: { ratio: 0.8 },
        }),
      ),
    );
  });

  it('floods a pool while it stops and another one sells', async () => {
    // Enough that a run has more than it takes.
    const { floods } = await figuresOf('floods', 0.4);
    expect(floods.map(({ through, count }: FloodFigures) => [through, count])).toEqual([
      ['signals', 400],
      ['commands', 400],
    ]);
    for (const { quiet, besideNobody, besidePool, ratio, ratioOfNobody, stopMilliseconds, goal } of floods) {
      expect([quiet, besideNobody, besidePool]).toEqual([measure, measure, measure].map(expect.objectContaining));
      expect([ratio, ratioOfNobody]).toEqual([besidePool.p50 / quiet.p50, besideNobody.p50 / quiet.p50]);
      expect(stopMilliseconds).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
      expect(goal).toEqual({ ratio: 2, stopMilliseconds: 2_000 });
    }
  });

  it('checks what it measured of the store and its read side', async () => {
    const { store } = await figuresOf('store');
    expect(Object.keys(store)).toEqual(Object.keys(storeScenarios));
    const { groupCommit, readThenAppend, floor, ratio, ofFloor } = store['hot-pool'];
    expect(Math.min(groupCommit.count, readThenAppend.count)).toBeGreaterThan(0);
    expect(ratio).toBeCloseTo(groupCommit.perSecond / readThenAppend.perSecond);
    expect(ofFloor).toBeCloseTo(groupCommit.perSecond / floor.perSecond);
    for (const { one, three, many } of [store['three-processes'], store['thousand-pools']]) {
      expect([one, three ?? many]).toEqual([expect.objectContaining(measure), expect.objectContaining(measure)]);
    }
    expect(store.lag).toMatchObject({ all: measure, goal: { p99Milliseconds: 50 } });
  });
});

describe('npm run bench', () => {
  it('leaves no process and no folder behind when it is stopped in the midst', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'boxoffice-test-'));
    const command = npm(['run', '--silent', 'bench', '--', 'three-processes', '--seconds', '60'], { TMPDIR: folder });
    await command.untilSaid('one pool, one process');
    await eventually(() => command.processes().some(({ pid }) => commandLine(pid).includes('selling-program')));
    const processes = command.processes();
    // As Ctrl-C does, which reaches them all.
    for (const each of processes) signal(each, 'SIGINT');
    expect(await command.ended()).not.toBe(0);
    await allGone(processes, { within: STOPS_WITHIN_MS });
    expect((await readdir(folder)).filter((name) => name.startsWith('boxoffice-'))).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
