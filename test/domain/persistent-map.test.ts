import { array, assert, integer, nat, option, property, tuple } from 'fast-check';
import { PersistentMap } from '../../src/domain/persistent-map';
import { testSeed } from '../support/random';

const keys = 8;
/** A change of an earlier version (counted from the newest), by a value or by taking the key away. */
const change = tuple(nat({ max: 20 }), integer({ min: 1, max: keys }), option(nat()));

describe('a persistent map', () => {
  it(`keeps every version as it was, whichever is changed or looked at next (seed ${testSeed()})`, () => {
    assert(
      property(array(change, { maxLength: 60 }), array(nat({ max: 60 }), { maxLength: 30 }), (changes, looks) => {
        const versions = [{ map: PersistentMap.of<number, { value: number }>(), like: new Map<number, number>() }];
        const check = (nth: number) => {
          const version = versions[nth % versions.length];
          if (!version) throw new Error('no such version');
          const { map, like } = version;
          expect(new Map([...map].map(([key, { value }]) => [key, value]))).toEqual(like);
          expect(map.size).toBe(like.size);
          expect(map.keys().sort()).toEqual([...like.keys()].sort());
          expect(map.get(3)?.value).toBe(like.get(3));
        };
        for (const [back, key, value] of changes) {
          const from = versions[Math.max(0, versions.length - 1 - back)];
          if (!from) throw new Error('no such version');
          const like = new Map(from.like);
          if (value === null) like.delete(key);
          else like.set(key, value);
          versions.push({ map: value === null ? from.map.delete(key) : from.map.set(key, { value }), like });
        }
        for (const look of looks) check(look);
        for (const nth of versions.keys()) check(nth);
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  it('begins with the entries it is given', () => {
    const map = PersistentMap.of([['a', { seat: 1 }]]);
    expect([...map.set('b', { seat: 2 })]).toEqual([
      ['a', { seat: 1 }],
      ['b', { seat: 2 }],
    ]);
    expect(map.values()).toEqual([{ seat: 1 }]);
  });
});
