import { invariant, poolOfSection, type ShowSection } from '../src/domain';
import { figuresOfShow, type PoolView, poolsNamed, type ShowView } from '../src/projections';
import type { Dependencies } from './dependencies';
import { presentFigures, sumOfCounts } from './figures';

/** A section that is only planned has everything still to sell. */
function countsOf({ capacity }: ShowSection, pool: PoolView | undefined) {
  return pool ?? { capacity, available: capacity, claimed: 0, sold: 0, withheld: 0 };
}

/** How the sale of a show has gone: all of it, and each of its sections. */
export async function readShowFigures({ database }: Pick<Dependencies, 'database'>, show: ShowView) {
  const [first] = show.sections;
  invariant(first !== undefined, () => `show ${show.name} has no sections`);
  const { currency } = first.price;
  const sections = show.sections.map((section) => ({ section, pool: poolOfSection(show.name, section.name) }));
  // A draft has no pools: what has the names of its own is another's.
  const names = show.published ? sections.map(({ pool }) => pool) : [];
  const [views, figures] = await Promise.all([poolsNamed(database, names), figuresOfShow(database, show.name, names)]);
  const counted = sections.map(({ section, pool }) => {
    const view = views.find(({ name }) => name === pool);
    return { section, pool, view, counts: countsOf(section, view) };
  });
  const { name, title, status, venue, startsAt } = show;
  return {
    name,
    title,
    status,
    venue,
    startsAt,
    totals: presentFigures(sumOfCounts(counted.map(({ counts }) => counts)), figures.total, currency),
    sections: counted.map(({ section, pool, view, counts }) => ({
      name: section.name,
      ...(section.title !== undefined && { title: section.title }),
      pool,
      ...(view && { status: view.status }),
      ...presentFigures(counts, figures.section(pool), currency),
    })),
  };
}
