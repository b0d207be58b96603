import { labelsOfRow, seatStatus } from '../src/domain';
import type { PoolSeats, SeatRowView } from '../src/projections';
import { eventAhead } from './live';

/** Events of changed seats that are kept: for so many positions that listeners have come to. */
const keptEvents = 16;

interface RowReading {
  position: number;
  json: string;
}

/** The seats of a pool at a moment, and the JSON of them as the contract has it, made once for all who read it. Never changes. */
export class SeatsReading {
  private whole: string | undefined;
  private readonly events = new Map<number, Buffer | undefined>();

  private constructor(
    readonly pool: string,
    readonly position: number,
    private readonly rows: readonly RowReading[],
  ) {}

  static of({ pool, position, rows }: PoolSeats): SeatsReading {
    return new SeatsReading(pool, position, rows.map(readRow));
  }

  /** @param changed at least the rows that have changed since, up to this position or beyond */
  with(changed: readonly SeatRowView[], position: number): SeatsReading {
    const rows = [...this.rows];
    for (const row of changed) rows[row.index] = readRow(row);
    return new SeatsReading(this.pool, position, rows);
  }

  /** Of all rows. */
  get json(): string {
    this.whole ??= this.written(this.rows);
    return this.whole;
  }

  /** The live event of the rows that may have changed after a position; undefined where none has. */
  eventSince(seen: number): Buffer | undefined {
    if (this.events.has(seen)) return this.events.get(seen);
    const changed = this.rows.filter(({ position }) => position > seen);
    const event = changed.length > 0 ? eventAhead('seats', this.written(changed)) : undefined;
    if (this.events.size < keptEvents) this.events.set(seen, event);
    return event;
  }

  private written(rows: readonly RowReading[]): string {
    const { pool, position } = this;
    return `{"pool":"${pool}","position":${position},"rows":[${rows.map(({ json }) => json).join()}]}`;
  }
}

function readRow({ layout, statuses, position }: SeatRowView): RowReading {
  const seats = labelsOfRow(layout).map((seat, nth) => ({ seat, status: seatStatus(statuses.charAt(nth)) }));
  return { position, json: JSON.stringify({ row: layout.row, seats }) };
}
