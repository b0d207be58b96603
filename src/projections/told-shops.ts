import type { Pool as Database } from 'pg';

interface Owned {
  /** Whose it is; without one it is the operators' alone. */
  shop?: string | undefined;
}

/** The views of these streams; those that do not say themselves whose they are have it from where else it is told. */
export async function withShops<View extends Owned>(
  database: Database,
  views: readonly View[],
  streamOf: (view: View) => string,
): Promise<View[]> {
  const unsaid = views.filter(({ shop }) => shop === undefined).map(streamOf);
  if (unsaid.length === 0) return [...views];
  const { rows } = await database.query<{ stream: string; shop: string }>({
    name: 'told-shops',
    text: 'SELECT stream, shop FROM told_shops WHERE stream = ANY($1)',
    values: [unsaid],
  });
  const told = new Map(rows.map(({ stream, shop }) => [stream, shop]));
  return views.map((view) => {
    const shop = view.shop ?? told.get(streamOf(view));
    return shop === view.shop ? view : { ...view, shop };
  });
}
