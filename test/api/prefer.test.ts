import { array, assert, constantFrom, oneof, option, property, record, string, stringMatching } from 'fast-check';
import { preferences } from '../../api/prefer';
import { preferredWait } from '../../api/waiting';
import { testSeed } from '../support/random';

const runs = { seed: testSeed(), numRuns: 2_000 };
const asRead = (header: string) => Object.fromEntries(preferences(header));

const token = stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}$/);
/** What may stand in quotes; the commas, quotes and backslashes that would mislead are frequent. */
const text = array(oneof(constantFrom(',', ';', '=', '"', '\\', ' ', '\t', 'wait=9'), string({ maxLength: 3 })), {
  maxLength: 6,
}).map((parts) => parts.join(''));
const optional = constantFrom('', ' ', '\t', '  ');

/** A name and perhaps a value, and one of the ways to write them. */
const pair = record({
  name: token,
  value: option(oneof(token, text)),
  inQuotes: constantFrom(true, false),
  optional,
}).map(({ name, value, inQuotes, optional: space }) => {
  if (value === null) return { name, value: '', written: name };
  const bare = !inQuotes && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value);
  const word = bare ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
  return { name, value, written: `${name}${space}=${space}${word}` };
});
const preference = record({ pair, parameters: array(option(pair), { maxLength: 3 }), space: optional }).map(
  (given) => ({
    ...given.pair,
    written: [given.pair, ...given.parameters].map((each) => each?.written ?? '').join(`${given.space};${given.space}`),
  }),
);
const separator = constantFrom(',', ', ', ' ,\t', ',,', ' , , ');

describe('the Prefer header', () => {
  it('gives every preference with its value, however it is written, and of two of a name the first', () => {
    assert(
      property(array(preference, { maxLength: 5 }), separator, (given, between) => {
        const expected = new Map<string, string>();
        for (const { name, value } of given) {
          if (!expected.has(name.toLowerCase())) expected.set(name.toLowerCase(), value);
        }
        const header = given.map(({ written }) => written).join(between);
        expect(asRead(header)).toEqual(Object.fromEntries(expected));
      }),
      runs,
    );
  });

  it('is read to its end, whatever it holds', () => {
    assert(
      property(text, (header) => {
        expect(preferences(header).size).toBeLessThanOrEqual(header.length);
      }),
      runs,
    );
  });

  it('of the longest length is read in no time', () => {
    const began = performance.now();
    for (const part of ['"', '\\', ' ', ';', 'a=', 'a ', '",', 'a;"\\']) preferences(part.repeat(16_384));
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it.each([
    ['wait=5', { wait: '5' }],
    ['respond-async, wait=10', { 'respond-async': '', wait: '10' }],
    ['WAIT = "1\\0"', { wait: '10' }],
    ['foo; some-parameter', { foo: '' }],
    ['foo="" ; bar="a, b";', { foo: '' }],
    ['', {}],
    [' , ,wait=5,', { wait: '5' }],
    ['wait 5, return=minimal', { return: 'minimal' }],
    ['wait=5 s, return=minimal', { return: 'minimal' }],
    ['"wait=5", return=minimal', { return: 'minimal' }],
    ['(a, "b, wait=9"), wait=5', { wait: '5' }],
    ['foo="a, wait=9', {}],
  ])('%p says %p', (header, said) => {
    expect(asRead(header)).toEqual(said);
  });

  it.each([
    ['foo="a, wait=9"', 0],
    ['foo; wait=9', 0],
    ['foo="\\", wait=9"', 0],
    ['foo="a, wait=9", wait=7', 7],
    ['wait=7, wait=9', 7],
    ['wait, wait=9', 0],
    ['wait=soon, wait=9', 0],
    ['wait=+9', 0],
    ['wait="9"', 9],
    ['Wait=9;why="haste, wait=1"', 9],
  ])('%p waits %i seconds', (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });
});
