import type { z } from 'zod';
import { seatsAnswer } from '../../api/pool-schemas';
import type { LiveEvent } from './live-client';

export type Seats = z.infer<typeof seatsAnswer>;

/** What a customer app shows of a hall: each row as the last event said that named it. */
export class SeatSheet {
  private readonly rows = new Map<string, Seats['rows'][number]['seats']>();
  private taken = 0;

  constructor(private readonly events: readonly LiveEvent[]) {}

  /** The rows that each event with seats has named, after what was looked at before. */
  look(): string[][] {
    const news = this.events.slice(this.taken).filter(({ event }) => event === 'seats');
    this.taken = this.events.length;
    return news.map(({ data }) => {
      const { rows } = seatsAnswer.parse(data);
      for (const { row, seats } of rows) this.rows.set(row, seats);
      return rows.map(({ row }) => row);
    });
  }

  /** In the order in which rows were first named, which is that of the hall where the first event named all. */
  get shown(): Seats['rows'] {
    this.look();
    return [...this.rows].map(([row, seats]) => ({ row, seats }));
  }
}
