import {
  figuresOfPools,
  revenueOfPool,
  revenuePerPool,
  type SalesOfDay,
  salesByDay,
  salesOfPool,
  waitForFigures,
  waitForPosition,
} from '../../src/projections';
import { poolFiguresAnswer, revenueAnswer, salesAnswer } from '../analytics-schemas';
import type { Dependencies } from '../dependencies';
import { presentFigures } from '../figures';
import { findOwnPool, findPool } from '../find';
import { findOwnShow } from '../find-show';
import { poolParams, poolQuery } from '../pool-schemas';
import { type Answer, type Route, route } from '../route';
import { readShowFigures } from '../show-figures';
import { showFiguresAnswer, showParams } from '../show-schemas';

/** Days on which nothing was given back do not speak of it. */
function presentDay({ refunded, refunds, ...sold }: SalesOfDay): Partial<SalesOfDay> {
  return { ...sold, ...(refunds > 0 && { refunded, refunds }) };
}

export function analyticsRoutes(dependencies: Dependencies): Route[] {
  const { database } = dependencies;

  const byDay = route({
    method: 'get',
    path: '/v1/analytics/sales-by-day',
    summary: 'Confirmed sales of a pool by UTC day',
    roles: ['promoter'],
    query: poolQuery,
    answers: {
      200: {
        description: 'Totals in minor units, count of purchases, tickets, and payments given back',
        schema: salesAnswer,
      },
    },
    problems: ['validation-failed', 'unauthorized', 'forbidden', 'not-found'],
    async handle({ query, caller }): Promise<Answer> {
      const pool = await findOwnPool(dependencies, query.pool, caller);
      await waitForPosition(database, salesByDay);
      const days = Object.entries(await salesOfPool(database, pool.name)).map(([day, sales]) => [
        day,
        presentDay(sales),
      ]);
      return { status: 200, body: { days: Object.fromEntries(days), currency: pool.price.currency } };
    },
  });
  const revenue = route({
    method: 'get',
    path: '/v1/analytics/revenue',
    summary: 'What a pool has earned',
    roles: ['promoter'],
    query: poolQuery,
    answers: { 200: { description: 'Revenue of the tickets bought, and how many they are', schema: revenueAnswer } },
    problems: ['validation-failed', 'unauthorized', 'forbidden', 'not-found'],
    async handle({ query, caller }): Promise<Answer> {
      const pool = await findOwnPool(dependencies, query.pool, caller);
      await waitForPosition(database, revenuePerPool);
      const { revenue: amount, tickets } = await revenueOfPool(database, pool.name);
      return { status: 200, body: { revenue: { amount, currency: pool.price.currency }, tickets } };
    },
  });

  const ofPool = route({
    method: 'get',
    path: '/v1/analytics/pools/{name}',
    summary: 'How the sale of a pool has gone: tickets, revenue, sell-through by UTC day, and conversion',
    roles: ['promoter'],
    params: poolParams,
    answers: { 200: { description: 'Its figures up to now', schema: poolFiguresAnswer } },
    problems: ['unauthorized', 'forbidden', 'not-found'],
    async handle({ params, caller }): Promise<Answer> {
      const { name } = await findOwnPool(dependencies, params.name, caller);
      await waitForFigures(database);
      const [pool, figures] = await Promise.all([findPool(dependencies, name), figuresOfPools(database, [name])]);
      const { title, status, price } = pool;
      return { status: 200, body: { name, title, status, ...presentFigures(pool, figures(name), price.currency) } };
    },
  });

  const ofShow = route({
    method: 'get',
    path: '/v1/analytics/shows/{name}',
    summary: 'How the sale of a show has gone: all of it, and each section',
    roles: ['promoter'],
    params: showParams,
    answers: { 200: { description: 'Its figures up to now', schema: showFiguresAnswer } },
    problems: ['unauthorized', 'forbidden', 'not-found'],
    async handle({ params, caller }): Promise<Answer> {
      const show = await findOwnShow(dependencies, params.name, caller);
      await waitForFigures(database);
      return { status: 200, body: await readShowFigures(dependencies, show) };
    },
  });

  return [byDay, revenue, ofPool, ofShow];
}
