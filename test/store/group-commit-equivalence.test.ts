import { setImmediate as nextTurn } from 'node:timers/promises';
import { array, assert, asyncProperty, boolean, constant, constantFrom, integer, oneof, record } from 'fast-check';
import { pools, purchases } from '../../activities';
import { poolRef } from '../../activities/streams';
import { deterministicId, poolStream, purchaseStream } from '../../src/domain';
import { readStream } from '../../src/store';
import { type Ledger, openBoxOffice, steerAtOnce } from '../support/box-office';
import { poolSettings } from '../support/domain-events';
import { testSeed } from '../support/random';

const poolNames = ['front', 'middle', 'back'];
const buyers = [1, 2, 3, 4, 5, 6];

const buyer = constantFrom(...buyers);
const pool = constantFrom(...poolNames);
const reserve = record({
  do: constant('reserve' as const),
  buyer,
  lines: array(
    record({
      pool: oneof({ arbitrary: pool, weight: 9 }, { arbitrary: constant('nowhere'), weight: 1 }),
      quantity: integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const afterwards = record({
  do: constantFrom('confirm' as const, 'release' as const, 'pay' as const, 'refund' as const),
  buyer,
});
/** Signals come again, with the id they had. */
const steer = record({
  do: constantFrom('stopSales' as const, 'resumeSales' as const),
  pool,
  signal: integer({ min: 1, max: 6 }),
});
const fail = record({ do: constant('fail' as const), pool });
const step = oneof(
  { arbitrary: reserve, weight: 10 },
  { arbitrary: afterwards, weight: 8 },
  { arbitrary: steer, weight: 2 },
  { arbitrary: fail, weight: 1 },
);
/**
 * Steps in the order they come; those of one group arrive together, and so many turns of the event loop before the next.
 * `elsewhere` counts where the script is contested.
 */
const group = record({
  steps: array(step, { minLength: 1, maxLength: 12 }),
  turns: integer({ min: 0, max: 30 }),
  elsewhere: boolean(),
});
/**
 * In a contested script some groups are taken by another process, and every step waits for the answer to the one before:
 * of streams that another process appends to as well, commands that wait together have no order among them.
 */
const script = record({ groups: array(group, { minLength: 1, maxLength: 8 }), contested: boolean() });
type Step = typeof step extends { generate(...args: never[]): { value: infer Value } } ? Value : never;

/** Both runs of a script use the same names and ids. */
class Play {
  constructor(
    private readonly ledger: Ledger,
    private readonly other: Ledger,
    private readonly run: number,
  ) {}

  async begin(): Promise<void> {
    for (const name of poolNames) {
      await this.ledger.activities.createPool(poolSettings({ name: this.pool(name), capacity: 6 }));
    }
  }

  /** The step's answer, or what it failed with. */
  act(what: Step, elsewhere = false): Promise<unknown> {
    return this.ask(what, elsewhere ? this.other : this.ledger).catch(({ name, message }: Error) => ({
      name,
      message,
    }));
  }

  async written(): Promise<unknown> {
    const streams = [
      ...poolNames.map((name) => poolStream(this.pool(name))),
      ...buyers.map((nth) => purchaseStream(this.purchase(nth))),
    ];
    return Promise.all(
      streams.map(async (stream) =>
        (await readStream(this.ledger.database, stream)).map(({ id, type, version, data, metadata }) => {
          return { id, type, version, data, metadata };
        }),
      ),
    );
  }

  private ask(what: Step, { activities, committer }: Ledger): Promise<unknown> {
    if (what.do === 'reserve') {
      const items = what.lines.map((line) => ({ pool: this.pool(line.pool), quantity: line.quantity }));
      return activities.reserve({ purchaseId: this.purchase(what.buyer), customerId: 'alice', items });
    }
    if (what.do === 'fail') {
      const ref = poolRef(this.pool(what.pool));
      const metadata = { correlation: 'a-test', causation: 'fail', workflow: 'a-workflow' };
      return committer.submit({
        id: `${ref.stream}/fail`,
        metadata,
        streams: [ref],
        decide: (session) => {
          session.append(ref, [{ type: 'SalesClosed', data: {} }]);
          throw new Error(`a bug found with ${session.state(ref)?.claimed} claims`);
        },
      });
    }
    if ('pool' in what) {
      const holds = what.signal % 2 === 0 ? 'honour' : 'release';
      const command = what.do === 'stopSales' ? ({ kind: what.do, reason: 'rain', holds } as const) : { kind: what.do };
      return steerAtOnce(committer, this.pool(what.pool), `${what.do}-${what.signal}`, command);
    }
    const purchaseId = this.purchase(what.buyer);
    const ending = { purchaseId, pools: poolNames.map((name) => this.pool(name)) };
    const paymentId = deterministicId('payment', purchaseId);
    switch (what.do) {
      case 'confirm':
        return activities.confirm({ ...ending, paymentId });
      case 'release':
        return activities.release({ ...ending, ending: { kind: 'expired' } });
      case 'refund':
        return activities.recordRefund({ purchaseId, paymentId, amount: { amount: 1, currency: 'EUR' } });
      case 'pay':
        return activities.startPayment({ ...ending, paymentId, method: 'creditCard' });
    }
  }

  private pool = (name: string) => `${name}-${this.run}`;
  private purchase = (nth: number) => deterministicId('purchase', this.run, nth);
}

/** In milliseconds; what was tried by then counts, also where a failure is being made smaller. */
const timeLimit = 15_000;

/** Memory for one pool only, and snapshots all the time: what is decided on comes from everywhere. */
const forgetful = {
  aggregates: [
    { ...pools, heldInMemory: 1, snapshot: pools.snapshot && { ...pools.snapshot, every: 1, atRest: 1 } },
    { ...purchases, heldInMemory: 1 },
  ],
  snapshots: { limits: { restFactor: 0 } },
};

describe('commands that are committed as a group', () => {
  let boxOffices: Awaited<ReturnType<typeof openBoxOffice>>[];
  beforeAll(async () => {
    boxOffices = await Promise.all([openBoxOffice(), openBoxOffice()]);
  });
  afterAll(() => Promise.all(boxOffices.map((boxOffice) => boxOffice.close())));

  it.each([
    ['as one by one', {}],
    ['as one by one, where little is held in memory', forgetful],
  ])(`have the same answers and events %s (seed ${testSeed()})`, async (title, changes) => {
    const [grouped, single] = boxOffices;
    if (!grouped || !single) throw new Error('two box offices are needed');
    const [one, other, alone] = [grouped.another(changes), grouped.another(changes), single.another()];
    let run = title.length * 1_000;
    await assert(
      asyncProperty(script, async ({ groups, contested }) => {
        run += 1;
        const together = new Play(one, other, run);
        const apart = new Play(alone, alone, run);
        await Promise.all([together.begin(), apart.begin()]);
        const answers: Promise<unknown>[] = [];
        for (const { steps, turns, elsewhere } of groups) {
          for (const each of steps) {
            const answer = together.act(each, contested && elsewhere);
            answers.push(answer);
            if (contested) await answer;
          }
          for (let turn = 0; turn < turns; turn += 1) await nextTurn();
        }
        const oneByOne: unknown[] = [];
        for (const each of groups.flatMap(({ steps }) => steps)) oneByOne.push(await apart.act(each));
        expect(await Promise.all(answers)).toEqual(oneByOne);
        expect(await together.written()).toEqual(await apart.written());
      }),
      { seed: testSeed(), numRuns: 30, interruptAfterTimeLimit: timeLimit },
    );
  });
});
