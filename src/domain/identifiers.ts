import { parse, v5 } from 'uuid';

const namespace = parse('2f9d3f0e-6c1b-5f6e-9a53-3f2d1c8f7b10');

/** The same words give the same id: how a repeated step finds what its first run wrote. */
export function deterministicId(...words: readonly (string | number)[]): string {
  return v5(words.join('/'), namespace);
}

export const poolStream = (name: string) => `pool-${name}`;
export const cartStream = (cartId: string) => `cart-${cartId}`;
export const showStream = (name: string) => `show-${name}`;
export const purchaseStream = (purchaseId: string) => `purchase-${purchaseId}`;

/** Crockford's base 32: no I, L, O or U, so that an order id survives being read out. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const orderIdLetters = 12;

/** The order id of a purchase: 60 bits in three groups, such as `7KQM-3XTD-9RAB`. */
export function orderId(purchaseId: string): string {
  let bits = BigInt(`0x${deterministicId(purchaseId, 'order').replaceAll('-', '').slice(17)}`);
  let letters = '';
  for (let index = 0; index < orderIdLetters; index += 1) {
    letters += alphabet.charAt(Number(bits & 31n));
    bits >>= 5n;
  }
  return letters.replace(/(.{4})(?=.)/g, '$1-');
}
