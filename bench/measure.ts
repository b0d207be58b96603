/** What a load did: things done a second, and how long each took in milliseconds. */
export interface Measure {
  perSecond: number;
  p50: number;
  p99: number;
  count: number;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function summary(milliseconds: readonly number[], seconds: number): Measure {
  const sorted = [...milliseconds].sort((one, other) => one - other);
  return {
    perSecond: milliseconds.length / seconds,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    count: milliseconds.length,
  };
}

/**
 * A closed loop: each of `clients` does one thing after the other until the time is over. `act` returns the
 * milliseconds to record. What was finished after the warm-up and before the end counts, whenever it was begun.
 */
export async function closedLoop(options: {
  clients: number;
  warmUpSeconds: number;
  seconds: number;
  act(client: number): Promise<number>;
}): Promise<number[]> {
  const { clients, warmUpSeconds, seconds, act } = options;
  const begin = performance.now() + warmUpSeconds * 1000;
  const end = begin + seconds * 1000;
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (performance.now() < end) {
        const took = await act(client);
        const now = performance.now();
        if (now >= begin && now <= end) times.push(took);
      }
    }),
  );
  return times;
}
