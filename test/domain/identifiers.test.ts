import { deterministicId, orderId } from '../../src/domain';

const purchases = Array.from({ length: 2_000 }, (_, index) => deterministicId('purchase', index));

describe('deterministic ids', () => {
  it('are the same for the same words only', () => {
    expect(deterministicId('a', 1)).toBe(deterministicId('a', '1'));
    expect(new Set(purchases).size).toBe(purchases.length);
  });

  it('never change, because events are stored under them', () => {
    expect(deterministicId('purchase-1/reserve', 0)).toBe('7eddaa95-70bf-5305-9c08-758360ad1a7d');
  });
});

describe('order ids', () => {
  it('are three groups of letters that survive being read out', () => {
    for (const id of purchases)
      expect(orderId(id)).toMatch(/^([0-9A-HJKMNP-TV-Z]{4})-([0-9A-HJKMNP-TV-Z]{4})-([0-9A-HJKMNP-TV-Z]{4})$/);
  });

  it('differ from purchase to purchase, and use every letter at every place', () => {
    const ids = purchases.map(orderId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const place of [0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13]) {
      expect(new Set(ids.map((id) => id.charAt(place))).size).toBe(32);
    }
  });

  it('are always the same for one purchase', () => {
    expect(orderId('0197b3a0-0000-7000-8000-000000000001')).toBe('4978-R88Y-3W14');
  });
});
