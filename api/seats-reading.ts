import { isDeepStrictEqual } from 'node:util';
import { labelsOfRow, seatStatus } from '../src/domain';
import type { PoolSeats, SeatRowView } from '../src/projections';
import { eventAhead } from './live';

/** Events of changed seats that are kept: for so many positions that listeners have come to. */
const keptEvents = 16;

interface RowReading extends Pick<SeatRowView, 'layout' | 'statuses' | 'position'> {
  json: string;
}

/** The seats of a pool at a moment, and the JSON of them as the contract has it, made once for all who read it. Never changes. */
export class SeatsReading {
  private whole: Buffer | undefined;
  private readonly events = new Map<number, Buffer | undefined>();

  private constructor(
    readonly pool: string,
    readonly position: number,
    private readonly rows: readonly RowReading[],
  ) {}

  /** @param known of the same pool, from any time: what has not changed is not made again */
  static of({ pool, position, rows: read }: PoolSeats, known?: SeatsReading): SeatsReading {
    const rows = read.map((row) => readRow(row, known?.rows[row.index]));
    const isAsKnown = position === known?.position && rows.length === known.rows.length;
    return isAsKnown && rows.every((row, index) => row === known.rows[index])
      ? known
      : new SeatsReading(pool, position, rows);
  }

  get seats(): number {
    return this.rows.reduce((seats, { statuses }) => seats + statuses.length, 0);
  }

  /** @param changed at least the rows that have changed since, up to this position or beyond */
  with(changed: readonly SeatRowView[], position: number): SeatsReading {
    const rows = [...this.rows];
    for (const row of changed) rows[row.index] = readRow(row, rows[row.index]);
    return new SeatsReading(this.pool, position, rows);
  }

  /** Of all rows. */
  get json(): Buffer {
    this.whole ??= Buffer.from(this.written(this.rows));
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

function readRow({ layout, statuses, position }: SeatRowView, known: RowReading | undefined): RowReading {
  if (known?.statuses === statuses && isDeepStrictEqual(known.layout, layout)) {
    return known.position === position ? known : { ...known, position };
  }
  const seats = labelsOfRow(layout).map((seat, nth) => ({ seat, status: seatStatus(statuses.charAt(nth)) }));
  return { layout, statuses, position, json: JSON.stringify({ row: layout.row, seats }) };
}
