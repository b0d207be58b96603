import { linesOf } from '../../src/audit';

const finding = {
  id: 'never-oversold',
  number: 1,
  name: 'never oversold',
  counted: { pools: 3, events: 1_204 },
  foundOnce: false,
  told: [],
  streams: [],
};

describe('the lines of an audit', () => {
  it('say of a rule that holds what was counted', () => {
    expect(linesOf({ ...finding, breaches: 0, sentences: [] })).toEqual([
      'ok   1 never oversold: 3 pools, 1,204 events, 0 breaches',
    ]);
  });

  it('tell the first breaches one by one, and how many more there are', () => {
    const sentences = Array.from({ length: 30 }, (_, index) => `breach ${index}`);
    const lines = linesOf({ ...finding, breaches: 1_030, sentences });
    expect(lines[0]).toBe('FAIL 1 never oversold: 3 pools, 1,204 events, 1,030 breaches');
    expect(lines[1]).toBe('       breach 0');
    expect(lines.at(-1)).toBe('       and 1,010 more');
    expect(lines).toHaveLength(22);
  });
});
