/** An event as it was stored, as far as a fold of sales needs it. */
export interface SaleEvent {
  stream: string;
  type: string;
  data: Record<string, unknown>;
  created: Date;
}

interface Count {
  purchases: number;
  tickets: number;
}

const endings: Readonly<Record<string, string>> = {
  PurchaseConfirmed: 'confirmed',
  PurchaseExpired: 'expired',
  PurchaseCancelled: 'cancelled',
  PaymentFailed: 'failed',
};

/**
 * What some pools sold together, ticket by ticket from their own streams; of the purchases only how each ended is
 * read. It shares nothing with the read models.
 */
export function foldSale(events: readonly SaleEvent[], pools: readonly string[]) {
  const streams = new Set(pools.map((pool) => `pool-${pool}`));
  const endingOf = new Map<string, string>();
  for (const { stream, type } of events) {
    const ending = endings[type];
    if (ending !== undefined) endingOf.set(stream, ending);
  }
  const sale = { capacity: 0, claimed: 0, sold: 0, withheld: 0, revenue: 0 };
  const days = new Map<string, { day: string; tickets: number; total: number }>();
  const claims = new Map<string, number>();
  for (const { type, data, created } of events.filter((each) => streams.has(each.stream))) {
    if (type === 'PoolCreated') sale.capacity += Number(data.capacity);
    if (type === 'TicketsWithheld') sale.withheld += Number(data.quantity);
    if (type === 'TicketsGivenBack') sale.withheld -= Number(data.quantity);
    if (type === 'TicketReleased') sale.claimed -= 1;
    if (type === 'TicketClaimed') {
      sale.claimed += 1;
      const purchase = `purchase-${data.purchaseId}`;
      claims.set(purchase, (claims.get(purchase) ?? 0) + 1);
    }
    if (type !== 'TicketBought') continue;
    const { amount } = data.price as { amount: number };
    const day = created.toISOString().slice(0, 10);
    const sum = days.get(day) ?? { day, tickets: 0, total: 0 };
    days.set(day, { day, tickets: sum.tickets + 1, total: sum.total + amount });
    sale.claimed -= 1;
    sale.sold += 1;
    sale.revenue += amount;
  }
  const conversion: Record<'reserved' | 'confirmed' | 'expired' | 'cancelled' | 'failed' | 'open', Count> = {
    reserved: { purchases: 0, tickets: 0 },
    confirmed: { purchases: 0, tickets: 0 },
    expired: { purchases: 0, tickets: 0 },
    cancelled: { purchases: 0, tickets: 0 },
    failed: { purchases: 0, tickets: 0 },
    open: { purchases: 0, tickets: 0 },
  };
  for (const [purchase, tickets] of claims) {
    for (const outcome of ['reserved', endingOf.get(purchase) ?? 'open']) {
      const count = conversion[outcome as keyof typeof conversion];
      count.purchases += 1;
      count.tickets += tickets;
    }
  }
  const sorted = [...days.values()].sort((one, other) => (one.day < other.day ? -1 : 1));
  return { ...sale, days: sorted, conversion };
}
