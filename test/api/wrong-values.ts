import type { Call } from '../support/api-client';

/** Something that is there when the wrong requests come. */
export interface Place {
  /** A pool in euros, and one in dollars. */
  pool: string;
  dollarPool: string;
  /** A purchase that holds a ticket. */
  purchaseId: string;
  /** An open cart with a line of the first pool. */
  cart: string;
  /** A draft. */
  show: string;
}

export interface WrongRequest {
  what: string;
  method?: string;
  path: string;
  call: Call;
  slug: string;
  status: number;
  /** Members that the problem has. */
  members?: object;
}

export type Json = Readonly<Record<string, unknown>>;

export const texts = {
  'with a NUL': 'a\0b',
  'with half a character': 'a\ud800b',
  'over two lines': 'a\nb',
  blank: '  ',
  'nothing to see': '\u200b',
};
export const notTexts = { 'a number': 5, null: null, 'a list': [], empty: '' };
export const notNumbers = { 'a text': '5', null: null, true: true, 'a list': [1], missing: undefined };
export const notWhole = { 'a fraction': 1.5, negative: -1, 'too big for a whole number': 1e308 };

export const tooLong = (most: number) => ({ 'too long': 'x'.repeat(most + 1) });
const entries = (values: object): [string, unknown][] => Object.entries(values);

/** What the field is, and the wrong value it has. */
export function each(
  { method = 'POST', path, as, headers }: { method?: string; path: string } & Pick<Call, 'as' | 'headers'>,
  field: string,
  values: object,
  bodyWith: (value: unknown) => unknown,
  expected: Pick<WrongRequest, 'slug' | 'status' | 'members'> = {
    slug: 'validation-failed',
    status: 422,
    members: {
      errors: expect.arrayContaining([{ path: expect.stringContaining(field), message: expect.any(String) }]),
    },
  },
): WrongRequest[] {
  return entries(values).map(([what, value]) => ({
    what: `whose ${field} is ${what}`,
    method,
    path,
    call: { as, body: bodyWith(value), ...(headers && { headers }) },
    ...expected,
  }));
}
