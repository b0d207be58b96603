import { type Money, needsStart, type Pricing, priceCurve, quote, type Takings, times } from '../../src/domain';
import { backtestPricing, type PoolView } from '../../src/projections';
import type { Dependencies } from '../dependencies';
import { findOwnPool, findPool } from '../find';
import { Places } from '../places';
import { poolParams } from '../pool-schemas';
import { backtestAnswer, backtestBody, priceAnswer, priceCurveAnswer, priceQuery } from '../price-schemas';
import { Problem, refusalProblem, unavailable } from '../problem';
import { type Answer, type Route, route } from '../route';

/** A backtest reads the whole past of a pool: so many go on at once in this process, and of one key holder. */
export const backtestLimits = { atOnce: 2, ofOneHolder: 1 } as const;

const retryAfter = { 'Retry-After': '2' };

function refuseUnfit(pool: PoolView, { price, pricing }: { price: Money; pricing: Pricing }): void {
  const { name, startsAt } = pool;
  const { currency } = pool.price;
  if (price.currency !== currency) {
    throw refusalProblem({ slug: 'wrong-currency', pool: name, currency, field: 'price' });
  }
  if (startsAt === undefined && needsStart(pricing)) throw refusalProblem({ slug: 'start-unknown', pool: name });
}

const presentTakings = ({ revenue: amount, byFactor }: Takings, currency: string) => ({
  revenue: { amount, currency },
  byFactor,
});

/** What tickets cost, would cost, and would have cost. */
export function priceRoutes(dependencies: Dependencies): Route[] {
  const { database, now } = dependencies;
  const places = new Places(backtestLimits.atOnce);

  function takePlace(holder: string): { giveBack(): void } {
    const place = places.take(holder, backtestLimits.ofOneHolder);
    if (place === 'full') throw unavailable('As many backtests as this process takes at once are under way.');
    if (place !== 'too-many') return place;
    const detail = 'A backtest of yours is under way; ask for the next one when it is answered.';
    throw new Problem('too-many-requests', detail, {}, retryAfter);
  }

  const price = route({
    method: 'get',
    path: '/v1/pools/{name}/price',
    summary: 'What tickets cost now, and why',
    roles: 'all',
    params: poolParams,
    query: priceQuery,
    answers: { 200: { description: 'The price, explained factor by factor', schema: priceAnswer } },
    problems: ['not-found', 'validation-failed'],
    async handle({ params, query: { quantity } }): Promise<Answer> {
      const pool = await findPool(dependencies, params.name);
      const { unit, quote: explained } = quote(pool, now());
      const { base = unit, factors, clamped } = explained;
      const total = times(unit, quantity);
      return { status: 200, body: { unit, total, base, factors, ...(clamped && { clamped }) } };
    },
  });

  const curve = route({
    method: 'get',
    path: '/v1/pools/{name}/price-curve',
    summary: 'What a ticket would cost with more or less sold, and on the days to the start',
    roles: 'all',
    params: poolParams,
    answers: { 200: { description: 'Two curves for a chart', schema: priceCurveAnswer } },
    problems: ['not-found'],
    async handle({ params }): Promise<Answer> {
      const pool = await findPool(dependencies, params.name);
      return { status: 200, body: { currency: pool.price.currency, ...priceCurve(pool, now()) } };
    },
  });

  const backtest = route({
    method: 'post',
    path: '/v1/pools/{name}/pricing-backtest',
    summary: 'What the tickets sold by now would have brought under other pricing, had the same been bought',
    roles: ['promoter'],
    params: poolParams,
    body: backtestBody,
    answers: { 200: { description: 'Revenue as it is and as it would be, by factor', schema: backtestAnswer } },
    problems: ['validation-failed', 'unauthorized', 'forbidden', 'not-found', 'unavailable'],
    async handle({ params, body, caller, sender }): Promise<Answer> {
      const pool = await findOwnPool(dependencies, params.name, caller);
      const other = { price: body.price ?? pool.price, pricing: body.pricing };
      refuseUnfit(pool, other);
      const place = takePlace(sender);
      try {
        const { tickets, actual, backtest: replayed } = await backtestPricing(database, pool, other);
        const { currency } = pool.price;
        const body = {
          tickets,
          actual: presentTakings(actual, currency),
          backtest: presentTakings(replayed, currency),
          difference: { amount: replayed.revenue - actual.revenue, currency },
        };
        return { status: 200, body };
      } finally {
        place.giveBack();
      }
    },
  });

  return [price, curve, backtest];
}
