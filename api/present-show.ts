import { heldAtMost, poolOfSection, quote, type ShowSection, salesEnd, showEnd } from '../src/domain';
import type { PoolView, ShowView } from '../src/projections';
import { presentPool } from './present';

/** What can be bought of the section: from its pool where there is one, else as it is planned. */
function presentSection(show: ShowView, { rows, ...section }: ShowSection, pool: PoolView | undefined, now: Date) {
  const { name, title } = section;
  const named = { name, ...(title !== undefined && { title }), pool: poolOfSection(show.name, name) };
  if (pool) {
    const { status, soldOut, capacity, available, claimed, sold, withheld, numbered, pricing, ...rest } = presentPool(
      pool,
      now,
    );
    const { allHeld, nextReleaseAt, price, basePrice, maxPerPurchase, maxPerCustomer, maxHeldPerCustomer } = rest;
    return {
      ...named,
      ...{ status, soldOut, allHeld, ...(nextReleaseAt !== undefined && { nextReleaseAt }) },
      ...{ capacity, available, claimed, sold, withheld, numbered, price, basePrice },
      ...(pricing && { pricing }),
      maxPerPurchase,
      ...(maxPerCustomer !== undefined && { maxPerCustomer }),
      maxHeldPerCustomer,
      holdSeconds: rest.holdSeconds,
    };
  }
  const { unit } = quote({ ...section, claimed: 0, sold: 0, startsAt: show.startsAt }, now);
  const numbered = rows !== undefined;
  const maxHeldPerCustomer = heldAtMost(section);
  const told = { ...section, ...named, numbered, ...(rows && { rows }), maxHeldPerCustomer };
  return { ...told, price: unit, basePrice: section.price };
}

/** The show as the contract has it, with the pools that it has made. */
export function presentShow(view: ShowView, pools: ReadonlyMap<string, PoolView>, now: Date) {
  const { promoter: _, cancelled, published, createdAt, updatedAt, ...show } = view;
  return {
    ...show,
    ...(cancelled && { reason: cancelled.reason }),
    endsAt: showEnd(show),
    closesAt: salesEnd(show),
    sections: show.sections.map((section) => {
      const pool = published ? pools.get(poolOfSection(show.name, section.name)) : undefined;
      return presentSection(view, section, pool, now);
    }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
