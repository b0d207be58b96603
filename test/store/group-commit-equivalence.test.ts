import { setImmediate as nextTurn } from 'node:timers/promises';
import { array, assert, asyncProperty, constant, constantFrom, integer, oneof, record } from 'fast-check';
import { deterministicId, poolStream, purchaseStream } from '../../src/domain';
import { readStream } from '../../src/store';
import { type Ledger, openBoxOffice } from '../support/box-office';
import { poolSettings } from '../support/domain-events';
import { testSeed } from '../support/random';

const poolNames = ['front', 'back'];
const buyers = [1, 2, 3, 4, 5, 6];

const buyer = constantFrom(...buyers);
const reserve = record({
  do: constant('reserve' as const),
  buyer,
  lines: array(record({ pool: constantFrom(...poolNames, 'nowhere'), quantity: integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 2,
  }),
});
const afterwards = record({ do: constantFrom('confirm' as const, 'release' as const, 'pay' as const), buyer });
const steer = record({
  do: constantFrom('stopSales' as const, 'resumeSales' as const),
  pool: constantFrom(...poolNames),
});
const step = oneof(
  { arbitrary: reserve, weight: 5 },
  { arbitrary: afterwards, weight: 4 },
  { arbitrary: steer, weight: 1 },
);
/** Steps in the order they come; those of one list arrive together, and so many turns of the event loop before the next. */
const group = record({ steps: array(step, { minLength: 1, maxLength: 12 }), turns: integer({ min: 0, max: 30 }) });
const script = array(group, { minLength: 1, maxLength: 8 });
type Step = typeof step extends { generate(...args: never[]): { value: infer Value } } ? Value : never;

/** Both runs of a script use the same names and ids. */
class Play {
  constructor(
    private readonly ledger: Ledger,
    private readonly run: number,
  ) {}

  async begin(): Promise<void> {
    for (const name of poolNames) {
      await this.ledger.activities.createPool(poolSettings({ name: this.pool(name), capacity: 6 }));
    }
  }

  act(what: Step, nth: number): Promise<unknown> {
    const { activities } = this.ledger;
    if ('lines' in what) {
      const items = what.lines.map(({ pool, quantity }) => ({ pool: this.pool(pool), quantity }));
      return activities.reserve({ purchaseId: this.purchase(what.buyer), customerId: 'alice', items });
    }
    if ('pool' in what) {
      const input = what.do === 'stopSales' ? { reason: 'rain', holds: 'honour' } : undefined;
      return activities.steerPool({ pool: this.pool(what.pool), stepId: `${nth}`, step: { name: what.do, input } });
    }
    const purchaseId = this.purchase(what.buyer);
    const ending = { purchaseId, pools: poolNames.map((name) => this.pool(name)) };
    const paymentId = deterministicId('payment', purchaseId);
    if (what.do === 'confirm') return activities.confirm({ ...ending, paymentId });
    if (what.do === 'release') return activities.release({ ...ending, ending: { kind: 'expired' } });
    return activities.startPayment({ purchaseId, paymentId, method: 'creditCard' });
  }

  async written(): Promise<unknown> {
    const streams = [
      ...poolNames.map((name) => poolStream(this.pool(name))),
      ...buyers.map((nth) => purchaseStream(this.purchase(nth))),
    ];
    return Promise.all(
      streams.map(async (stream) =>
        (await readStream(this.ledger.database, stream)).map(({ id, type, version, data }) => ({
          id,
          type,
          version,
          data,
        })),
      ),
    );
  }

  private pool = (name: string) => `${name}-${this.run}`;
  private purchase = (nth: number) => deterministicId('purchase', this.run, nth);
}

describe('commands that are committed as a group', () => {
  const boxOffices: Awaited<ReturnType<typeof openBoxOffice>>[] = [];
  beforeAll(async () => {
    boxOffices.push(await openBoxOffice(), await openBoxOffice());
  });
  afterAll(() => Promise.all(boxOffices.map((boxOffice) => boxOffice.close())));

  it(`have the same answers and events as one by one (seed ${testSeed()})`, async () => {
    const [grouped, single] = boxOffices.map((boxOffice) => boxOffice.another());
    if (!grouped || !single) throw new Error('two box offices are needed');
    let run = 0;
    await assert(
      asyncProperty(script, async (groups) => {
        run += 1;
        const [together, apart] = [new Play(grouped, run), new Play(single, run)];
        await Promise.all([together.begin(), apart.begin()]);
        const numbered = groups.map(({ steps, turns }, nth) => ({
          steps: steps.map((each, index) => ({ each, number: nth * 100 + index })),
          turns,
        }));
        const answers: Promise<unknown>[] = [];
        for (const { steps, turns } of numbered) {
          answers.push(...steps.map(({ each, number }) => together.act(each, number)));
          for (let turn = 0; turn < turns; turn += 1) await nextTurn();
        }
        const oneByOne: unknown[] = [];
        for (const { each, number } of numbered.flatMap(({ steps }) => steps))
          oneByOne.push(await apart.act(each, number));
        expect(await Promise.all(answers)).toEqual(oneByOne);
        expect(await together.written()).toEqual(await apart.written());
      }),
      { seed: testSeed(), numRuns: 40 },
    );
  });
});
