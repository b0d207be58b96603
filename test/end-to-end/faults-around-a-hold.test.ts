import { setTimeout as pause } from 'node:timers/promises';
import { constantFrom, integer, record, sample } from 'fast-check';
import type { Pool as Database } from 'pg';
import { purchasesById } from '../../src/projections';
import { connect } from '../../src/store';
import type { Acknowledged } from '../support/crowd';
import { eventually } from '../support/eventually';
import { type Boxoffice, Premises, type ProgramName, programNames } from '../support/npm-start';
import { allGone, signal } from '../support/process-tree';
import { testSeed } from '../support/random';
import { brokenRules } from '../support/rules';
import { ShopClient } from '../support/shop-client';
import { lockEvents } from '../support/table-lock';

const HOLD_SECONDS = 9;
/** From when all parts do their work again. */
const ENDS_WITHIN_MS = 30_000;

/** What happens, from so many seconds before the end of the holds to so many before it; less than none is after it. */
type Fault = { from: number; to: number } & (
  | { do: 'freeze'; program: ProgramName }
  | { do: 'kill'; program: ProgramName }
  | { do: 'lock' }
);

const freeze = (program: ProgramName, from: number, to: number): Fault => ({ do: 'freeze', program, from, to });
const kill = (program: ProgramName, from: number): Fault => ({ do: 'kill', program, from, to: from });
const lock = (from: number, to: number): Fault => ({ do: 'lock', from, to });

const rounds: [what: string, faults: Fault[]][] = [
  ['the worker frozen across the end', [freeze('worker', 3, -4)]],
  [
    'the worker frozen twice, and the events locked',
    [lock(7, -0.8), freeze('worker', 6.5, 1.5), freeze('worker', 1, -5)],
  ],
  ['the events locked across the end', [lock(3, -4)]],
  ['the worker killed before the end', [kill('worker', 1.5)]],
  ['the worker killed before and after the end', [kill('worker', 4), kill('worker', -1)]],
  ['Temporal restarted before the end', [kill('temporal', 2)]],
  ['Temporal frozen across the end, and the worker killed', [freeze('temporal', 3, -4), kill('worker', -2)]],
  [
    'the worker killed while the events are locked, and Temporal restarted',
    [lock(4, -2), kill('worker', 1), kill('temporal', -1)],
  ],
];

/** What each customer does, so many seconds before the end of the hold. */
const habit = record({
  does: constantFrom('tok_ok', 'tok_ok', 'tok_slow', 'tok_lost', 'tok_down', 'tok_declined', 'cancels', 'nothing'),
  at: integer({ min: -10, max: 80 }).map((tenths) => tenths / 10),
  /** Whether they pay with a good card as well, a little later. */
  again: constantFrom(true, false, false),
});
const CUSTOMERS = 14;

describe('around the end of a hold', () => {
  const premises = new Premises();
  const acknowledged: Acknowledged[] = [];
  let boxoffice: Boxoffice;
  let client: ShopClient;
  let database: Database;
  let longestOutageMs = 0;

  beforeAll(async () => {
    boxoffice = await premises.open(await premises.newDataDir());
    client = new ShopClient(boxoffice);
    database = connect(boxoffice.databaseUrl, () => undefined, { connections: 2 });
  });
  afterAll(async () => {
    client.close();
    await database.end();
    await premises.close();
  });

  const running = (name: ProgramName) => {
    const program = boxoffice.program(name);
    if (!program) throw new Error(`there is no ${name}`);
    return program;
  };

  async function strike(fault: Fault, until: (secondsBefore: number) => Promise<void>): Promise<void> {
    await until(fault.from);
    if (fault.do === 'lock') {
      const unlock = await lockEvents(boxoffice.databaseUrl);
      await until(fault.to);
      await unlock();
      return;
    }
    const program = await eventually(() => running(fault.program));
    if (fault.do === 'freeze') {
      signal(program, 'SIGSTOP');
      await until(fault.to);
      signal(program, 'SIGCONT');
    } else {
      signal(program, 'SIGKILL');
      await allGone([program]);
    }
  }

  /** All programs are there, and a purchase goes all the way. */
  async function quiet(): Promise<void> {
    await eventually(() => programNames.every((name) => boxoffice.program(name)));
    const { name } = await client.createPool({ capacity: 1 });
    expect(await client.pay((await client.reserve(name)).id)).toMatchObject({ status: 200 });
  }

  it.each(rounds)(`every purchase ends with its books right: %s (seed ${testSeed()})`, async (what, faults) => {
    const { name } = await client.createPool({ capacity: CUSTOMERS, holdSeconds: HOLD_SECONDS });
    const habits = sample(habit, {
      seed: testSeed() + rounds.findIndex(([round]) => round === what),
      numRuns: CUSTOMERS,
    });
    const held = await Promise.all(habits.map(() => client.reserve(name)));
    const end = Math.min(...held.map(({ expiresAt }) => Date.parse(expiresAt ?? '')));
    const until = (secondsBefore: number) => pause(Math.max(0, end - secondsBefore * 1_000 - Date.now()));
    const note = ({ status, body }: { status: number; body: unknown }) => {
      if (status === 200) acknowledged.push(body as Acknowledged);
    };
    const began = performance.now();
    const lives = habits.map(async ({ does, at, again }, index) => {
      const id = held[index]?.id ?? '';
      await until(at);
      if (does === 'cancels') note(await client.cancel(id));
      else if (does !== 'nothing') note(await client.pay(id, does));
      if (again) note(await client.pay(id));
    });
    await Promise.all(faults.map((fault) => strike(fault, until)));
    await quiet();
    longestOutageMs = Math.max(longestOutageMs, performance.now() - began);

    const ids = held.map(({ id }) => id);
    await eventually(
      async () => {
        const views = await purchasesById(database, ids);
        const open = views.filter(({ status }) => status === 'reserved' || status === 'paying');
        expect(open.map(({ id, status }) => `${id} is ${status}`)).toEqual([]);
        const unsettled = views.filter(({ payments }) => payments.some(({ status }) => status === 'started'));
        expect(unsettled.map(({ id, status }) => `${id} is ${status} with an unsettled payment`)).toEqual([]);
      },
      { within: ENDS_WITHIN_MS },
    );
    await Promise.all(lives);
    expect(await client.pool(name)).toMatchObject({ claimed: 0 });
    expect(await brokenRules(boxoffice.databaseUrl, { acknowledged, longestOutageMs })).toEqual([]);
  });
});
