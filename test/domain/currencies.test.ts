import { minorUnits, newPool } from '../../src/domain';

const inCurrency = (currency: string) =>
  newPool.safeParse({ name: 'gig', capacity: 1, price: { amount: 1, currency } }).success;

describe('the currency of something new', () => {
  it.each(['EUR', 'USD', 'JPY', 'KWD', 'SLE', 'VED', 'VES', 'XCG', 'ZWG'])(
    'may be %s, which ISO 4217 lists',
    (code) => {
      expect(inCurrency(code)).toBe(true);
    },
  );

  it.each(['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'VEF', 'ZWL'])('is not %s, which is withdrawn', (code) => {
    expect(inCurrency(code)).toBe(false);
  });

  it.each(['XAU', 'XTS', 'XXX', 'ZZZ', 'eur', 'EURO', '€', ''])('is not %p, which has no minor unit', (code) => {
    expect(inCurrency(code)).toBe(false);
  });

  it.each([
    ['EUR', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['CLF', 4],
    ['MGA', 2],
    ['MRU', 2],
    ['UGX', 0],
  ])('%s has a minor unit of %i decimals', (code, decimals) => {
    expect(minorUnits.get(code)).toBe(decimals);
  });
});
