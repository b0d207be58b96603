import { readFileSync } from 'node:fs';

class Refusal extends Error {}

const errorOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('errors inside suites', () => {
  it('are errors, whether Node or the suite raised them', () => {
    expect(errorOf(() => readFileSync('/no/such/file')) instanceof Error).toBe(true);
    expect(errorOf(() => JSON.parse('{')) instanceof SyntaxError).toBe(true);
    expect(new Refusal('no') instanceof Error).toBe(true);
  });

  it('are not taken for one of our own kinds', () => {
    expect(errorOf(() => readFileSync('/no/such/file')) instanceof Refusal).toBe(false);
    expect(new Error('other') instanceof TypeError).toBe(false);
  });
});
