import { poolsOfShow } from '../src/domain';
import { poolsNamed, type ShowView, showNamed } from '../src/projections';
import type { Caller } from './authentication';
import type { Dependencies } from './dependencies';
import { presentShow } from './present-show';
import { notFound, Problem } from './problem';

type Reading = Pick<Dependencies, 'database' | 'now'>;

const isOwn = ({ promoter }: ShowView, { role, subject }: Caller) =>
  role === 'operator' || (role === 'promoter' && promoter === subject);

/** A show as this caller may see it: what was never published is its promoter's. Throws `not-found`. */
export async function findShow({ database }: Reading, name: string, caller: Caller): Promise<ShowView> {
  const show = await showNamed(database, name);
  if (show && (show.published || isOwn(show, caller))) return show;
  throw notFound(`show ${name}`);
}

/** A show that this promoter made; for an operator any. Throws `not-found`, and `forbidden` for one that all may see. */
export async function findOwnShow(reading: Reading, name: string, caller: Caller): Promise<ShowView> {
  const show = await findShow(reading, name, caller);
  if (isOwn(show, caller)) return show;
  throw new Problem('forbidden', `The show ${name} belongs to another promoter.`);
}

/** Shows with their sections as they are at this moment. */
export async function withSections({ database, now }: Reading, shows: readonly ShowView[]) {
  const names = shows.flatMap((show) => (show.published ? poolsOfShow(show) : []));
  const pools = new Map((await poolsNamed(database, names)).map((pool) => [pool.name, pool]));
  const moment = now();
  return shows.map((show) => presentShow(show, pools, moment));
}
