import { array, assert, integer, oneof, property, record } from 'fast-check';
import { type HoldEnd, HoldEnds } from '../../src/domain';
import { testSeed } from '../support/random';

const steps = array(
  oneof(
    { arbitrary: record({ begins: integer({ min: 0, max: 3_600 }) }), weight: 3 },
    { arbitrary: record({ over: integer({ min: 0, max: 99 }) }), weight: 2 },
  ),
  { maxLength: 200 },
);

/** Holds as a list, and beside them what is tested. */
class Holds {
  ends = HoldEnds.none;
  readonly live = new Map<string, number>();

  begin(purchaseId: string, at: number): void {
    this.live.set(purchaseId, at);
    this.ends = this.ends.with({ at, purchaseId });
  }

  end(purchaseId: string): void {
    this.live.delete(purchaseId);
    const all = () => [...this.live].map(([id, at]): HoldEnd => ({ at, purchaseId: id }));
    this.ends = this.ends.settled((end) => this.live.get(end.purchaseId) === end.at, { size: this.live.size, all });
  }

  get first(): number | undefined {
    return this.live.size === 0 ? undefined : Math.min(...this.live.values());
  }
}

describe('the ends of holds', () => {
  it(`say which is next, in whatever order holds begin and end (seed ${testSeed()})`, () => {
    assert(
      property(steps, (script) => {
        const holds = new Holds();
        script.forEach((step, nth) => {
          if ('begins' in step) holds.begin(`p-${nth}`, step.begins);
          else {
            const over = [...holds.live.keys()][step.over % Math.max(1, holds.live.size)];
            if (over !== undefined) holds.end(over);
          }
          expect(holds.ends.next).toBe(holds.first);
        });
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  it('leave those before them as they were', () => {
    const one = HoldEnds.of([{ at: 5, purchaseId: 'p' }]);
    const two = one.with({ at: 3, purchaseId: 'q' });
    const none = { size: 0, all: () => [] };
    expect(two.settled(() => false, none).next).toBeUndefined();
    expect([one.next, two.next]).toEqual([5, 3]);
  });

  it('let go of what is over, though the one before it all goes on', () => {
    const holds = new Holds();
    holds.begin('first', 0);
    for (let nth = 1; nth <= 20_000; nth += 1) {
      holds.begin(`p-${nth}`, nth);
      holds.end(`p-${nth}`);
    }
    expect(holds.ends.next).toBe(0);
    expect(holds.ends.size).toBeLessThan(2_000);
  });
});
