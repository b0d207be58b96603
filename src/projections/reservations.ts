import type { ClientBase } from 'pg';
import { type PurchaseEvent, purchaseCodec } from '../domain';
import { type RecordedEvent, readStreams } from '../store';

export type Reserved = Extract<PurchaseEvent, { type: 'TicketsReserved' }>['data'];

/** What the purchases of these events had reserved, by stream; read where the events do not say it. Throws for one that reserved nothing. */
export async function reservationsOf(
  connection: ClientBase,
  events: readonly RecordedEvent[],
): Promise<(stream: string) => Reserved> {
  const told = events.filter(({ type }) => type === 'TicketsReserved');
  const untold = new Set(events.map(({ stream }) => stream));
  for (const { stream } of told) untold.delete(stream);
  const firsts = await readStreams(
    connection,
    [...untold].map((stream) => ({ stream, after: 0, upTo: 1 })),
  );
  const found = new Map([...told, ...firsts].map((stored) => [stored.stream, purchaseCodec.decode(stored)]));
  return (stream) => {
    const first = found.get(stream);
    if (first?.type !== 'TicketsReserved') throw new Error(`${stream} begins with ${first?.type ?? 'nothing'}`);
    return first.data;
  };
}
