import { poolStream } from '../src/domain';
import { type PoolView, seatRowsSince } from '../src/projections';
import type { Dependencies } from './dependencies';
import type { LiveState, LiveView } from './live';
import { isPoolOver } from './over';
import type { SeatsReading } from './seats-reading';

interface PoolState extends LiveState {
  seats?: SeatsReading;
}

/** A pool as it changes; where its seats are numbered, what has become of them goes ahead of each state. */
export function livePool({ database, reads }: Pick<Dependencies, 'database' | 'reads'>): LiveView {
  /** No older than the pool: what is newer is told again with the next state, what is missing would never be. */
  async function seatsOf({ name, position }: PoolView, known: SeatsReading | undefined) {
    // Where a pool has gone back, the database was restored.
    if (!known || known.position > position) return reads.seats.read(name);
    if (known.position === position) return known;
    return known.with(await seatRowsSince(database, name, known.position), position);
  }

  return {
    event: 'availability',
    stream: poolStream,
    async read(name, known?: PoolState): Promise<PoolState | undefined> {
      const reading = await reads.pools.read(name);
      if (!reading) return undefined;
      const { pool, json } = reading;
      const state = { position: pool.position, json, isLast: isPoolOver(pool) };
      const seats = pool.numbered ? await seatsOf(pool, known?.seats) : undefined;
      return seats ? { ...state, seats, ahead: (seen) => seats.eventSince(seen) } : state;
    },
  };
}
