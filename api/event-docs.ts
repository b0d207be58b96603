import { join } from 'node:path';
import { Router } from 'express';
import { eventCounts } from '../src/projections';
import type { Dependencies } from './dependencies';
import { eventModel } from './event-model';
import { eventPage } from './event-page';
import { heldFor } from './held-for';
import { servePage } from './serve-page';

export const eventDocsPath = '/docs/events';

/** However many pages are open, the database is asked for the counts no more often. */
const countsHeldMilliseconds = 1_000;

const browserFiles = ['events.css', 'events.js'] as const;

/** `/docs/events`: the event model in pictures, with how many events of each type there are by now. */
export function eventDocs({ database, now }: Pick<Dependencies, 'database' | 'now'>): Router {
  const router = Router();
  const page = eventPage(eventModel, eventDocsPath);
  const counts = heldFor(countsHeldMilliseconds, now, async () => {
    const counted = await eventCounts(database);
    return { at: now().toISOString(), counts: Object.fromEntries(counted.map(({ type, count }) => [type, count])) };
  });
  servePage(router, eventDocsPath, (response) => response.type('html').send(page));
  servePage(router, `${eventDocsPath}/counts`, async (response) => {
    response.set('Cache-Control', 'no-store').json(await counts());
  });
  for (const file of browserFiles) {
    servePage(router, `${eventDocsPath}/${file}`, (response) =>
      response.sendFile(file, { root: join(__dirname, 'browser'), maxAge: '1h' }),
    );
  }
  return router;
}
