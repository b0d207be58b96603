import { money, sum, times } from '../../src/domain';
import { euros } from '../support/domain-events';

describe('money', () => {
  it('multiplies and adds in minor units', () => {
    expect(times(euros(19.99), 3)).toEqual({ amount: 5997, currency: 'EUR' });
    expect(sum([euros(10), euros(5)], 'EUR')).toEqual(euros(15));
    expect(sum([], 'EUR')).toEqual(euros(0));
  });

  it('is never added across currencies', () => {
    expect(() => sum([euros(10), { amount: 1, currency: 'USD' }], 'EUR')).toThrow('cannot add USD to EUR');
  });

  it.each([
    [{ amount: 0.5, currency: 'EUR' }],
    [{ amount: -1, currency: 'EUR' }],
    [{ amount: 1e15, currency: 'EUR' }],
    [{ amount: '1', currency: 'EUR' }],
    [{ amount: 1, currency: 'eur' }],
    [{ amount: 1, currency: 'EURO' }],
    [{ amount: 1 }],
  ])('does not accept %p', (wrong) => {
    expect(money.safeParse(wrong).success).toBe(false);
  });
});
