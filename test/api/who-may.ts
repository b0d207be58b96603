import { randomUUID } from 'node:crypto';
import type { KeyHolder } from '../support/box-office-stack';
import { newShow } from '../support/show-client';

export type Caller = KeyHolder | 'nobody';

/** What a caller hears: `in` is any answer but that they may not, or that there is no such thing. */
export type Verdict = 'in' | 401 | 403 | 404;
type Rule = Readonly<Record<Caller, Verdict>>;

const everyone: Rule = {
  nobody: 'in',
  shop: 'in',
  otherShop: 'in',
  promoter: 'in',
  otherPromoter: 'in',
  gate: 'in',
  operator: 'in',
};
const operators: Rule = {
  nobody: 401,
  shop: 403,
  otherShop: 403,
  promoter: 403,
  otherPromoter: 403,
  gate: 403,
  operator: 'in',
};
const shops: Rule = { ...operators, shop: 'in', otherShop: 'in' };
const itsShop: Rule = { ...shops, otherShop: 404 };
const promoters: Rule = { ...operators, promoter: 'in', otherPromoter: 'in' };
const itsPromoter: Rule = { ...promoters, otherPromoter: 403 };
const itsPromoterUnseen: Rule = { ...promoters, otherPromoter: 404 };
const seenByItsPromoter: Rule = {
  nobody: 404,
  shop: 404,
  otherShop: 404,
  promoter: 'in',
  otherPromoter: 404,
  gate: 404,
  operator: 'in',
};

/** What a route is asked for: one that `shop` or `promoter` made, in the place of the path's parameter. */
export type Thing = 'purchase' | 'cart' | 'customer' | 'pool' | 'show' | 'draft' | 'stream' | 'nothing';

export interface Case {
  of: Thing;
  may: Rule;
  query?: (name: string) => string;
  body?: () => object;
  /** It is asked from another machine. */
  fromAfar?: true;
}

const price = { amount: 5_000, currency: 'EUR' };
const moved = () => ({ startsAt: newShow().startsAt });
const opened: readonly Case[] = [{ of: 'nothing', may: everyone }];
const ofPool = (body?: () => object): readonly Case[] => [{ of: 'pool', may: itsPromoter, ...(body && { body }) }];
const figures: readonly Case[] = [{ of: 'pool', may: itsPromoter, query: (name) => `?pool=${name}` }];
const ofShow = (body?: () => object): readonly Case[] => [
  { of: 'show', may: itsPromoter, ...(body && { body }) },
  { of: 'draft', may: itsPromoterUnseen, ...(body && { body }) },
];
const seen: readonly Case[] = [{ of: 'pool', may: everyone }];
const ofPurchase = (body?: () => object): readonly Case[] => [{ of: 'purchase', may: itsShop, ...(body && { body }) }];
const ofCart = (body?: () => object): readonly Case[] => [{ of: 'cart', may: itsShop, ...(body && { body }) }];
const because = () => ({ reason: 'a storm' });
const payment = () => ({ method: { type: 'creditCard', token: 'tok_ok' } });

/** Who may do what, route by route, as the contract has it. */
export const whoMay: Readonly<Record<string, readonly Case[]>> = {
  'GET /health/live': opened,
  'GET /health/ready': opened,
  'GET /metrics': [
    { of: 'nothing', may: everyone },
    { of: 'nothing', may: operators, fromAfar: true },
  ],

  'GET /v1/pools': opened,
  'POST /v1/pools': [
    { of: 'nothing', may: promoters, body: () => ({ name: `p-${randomUUID()}`, capacity: 1, price }) },
  ],
  'GET /v1/pools/{name}': seen,
  'GET /v1/pools/{name}/live': seen,
  'GET /v1/pools/{name}/price': seen,
  'GET /v1/pools/{name}/price-curve': seen,
  'GET /v1/pools/{name}/seats': seen,
  'POST /v1/pools/{name}/pricing-backtest': ofPool(() => ({ pricing: {} })),
  'POST /v1/pools/{name}/stop': ofPool(because),
  'POST /v1/pools/{name}/resume': ofPool(),
  'POST /v1/pools/{name}/reprice': ofPool(() => ({ price })),
  'POST /v1/pools/{name}/withhold': ofPool(() => ({ quantity: 1 })),
  'POST /v1/pools/{name}/give-back': ofPool(() => ({ quantity: 1 })),
  'POST /v1/pools/{name}/cancel': ofPool(because),

  'GET /v1/shows': opened,
  'POST /v1/shows': [{ of: 'nothing', may: promoters, body: newShow }],
  'GET /v1/shows/{name}': [
    { of: 'show', may: everyone },
    { of: 'draft', may: seenByItsPromoter },
  ],
  'POST /v1/shows/{name}/change': ofShow(moved),
  'POST /v1/shows/{name}/publish': ofShow(),
  'POST /v1/shows/{name}/open': ofShow(),
  'POST /v1/shows/{name}/close': ofShow(),
  'POST /v1/shows/{name}/cancel': ofShow(because),

  'GET /v1/analytics/sales-by-day': figures,
  'GET /v1/analytics/revenue': figures,
  'GET /v1/analytics/pools/{name}': ofPool(),
  'GET /v1/analytics/shows/{name}': ofShow(),

  'POST /v1/purchases': [{ of: 'nothing', may: shops, body: () => ({}) }],
  'GET /v1/purchases/{id}': ofPurchase(),
  'GET /v1/purchases/{id}/live': ofPurchase(),
  'GET /v1/purchases/{id}/timeline': ofPurchase(),
  'POST /v1/purchases/{id}/payment': ofPurchase(payment),
  'POST /v1/purchases/{id}/cancel': ofPurchase(),
  'GET /v1/customers/{id}/purchases': [{ of: 'customer', may: shops }],

  'POST /v1/carts': [{ of: 'nothing', may: shops, body: () => ({ customerId: 'alice' }) }],
  'GET /v1/carts/{id}': ofCart(),
  'GET /v1/carts/{id}/live': ofCart(),
  'POST /v1/carts/{id}/items': ofCart(() => ({ quantity: 1 })),
  'PUT /v1/carts/{id}/items/{pool}': ofCart(() => ({ quantity: 1 })),
  'DELETE /v1/carts/{id}/items/{pool}': ofCart(),
  'POST /v1/carts/{id}/undo': ofCart(),
  'POST /v1/carts/{id}/checkout': ofCart(),

  'GET /v1/streams/{stream}': [{ of: 'stream', may: operators }],
  'GET /v1/operations/attention': [{ of: 'nothing', may: operators }],
};
