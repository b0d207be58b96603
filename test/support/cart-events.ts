import type { CartEvent, CartLine, Money } from '../../src/domain';

export const cartCreated = (customerId = 'alice'): CartEvent => ({ type: 'CartCreated', data: { customerId } });

/** A line of so many tickets, or of these seats. */
export const lineOfCart = (
  pool: string,
  wanted: number | string[],
  besides: Partial<Pick<CartLine, 'bestAvailable' | 'maxUnitPrice'>> = {},
): CartLine => ({
  pool,
  ...(typeof wanted === 'number' ? { quantity: wanted } : { quantity: wanted.length, seats: wanted }),
  ...besides,
});

export const itemAdded = (...line: Parameters<typeof lineOfCart>): CartEvent => ({
  type: 'ItemAdded',
  data: lineOfCart(...line),
});

export const itemChanged = (...line: Parameters<typeof lineOfCart>): CartEvent => ({
  type: 'ItemChanged',
  data: lineOfCart(...line),
});

export const itemRemoved = (pool: string): CartEvent => ({ type: 'ItemRemoved', data: { pool } });

export const changeUndone: CartEvent = { type: 'ChangeUndone', data: {} };

export const checkedOut = (purchaseId: string, total: Money): CartEvent => ({
  type: 'CheckedOut',
  data: { purchaseId, total },
});
