import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { type Activities, commitOptions } from '../../activities';
import { type RequestedItem, SeatMap, type SeatRow } from '../../src/domain';
import { inlineProjections, seatsOfPools, verifySeatRows } from '../../src/projections';
import { connect, GroupCommit } from '../../src/store';
import { closedLoop, type Measure, summary } from '../measure';
import type { ScenarioOptions } from './scenario';
import { activitiesOn } from './seller';

const goal = { ratio: 1 } as const;
const seatsInRow = 50;
const clients = 8;
/** The two halls are measured in turns, so that what else the machine does meets both. */
const turns = 3;
const warmUpSeconds = 0.5;
/** Seats that are sold beforehand by one purchase. */
const together = 50;
/** Claims on the map of seats alone. */
const claimsInMemory = 20_000;

type Wish = Pick<RequestedItem, 'quantity' | 'seats' | 'bestAvailable'>;

interface Halls<Figure> {
  of500: Figure;
  of50000: Figure;
  /** Claims a second in the large hall to those in the small one. */
  ratio: number;
}

interface SeatsFigures {
  best: Halls<Measure>;
  named: Halls<Measure>;
  /** Without the store, in time of the processor: the best seats found, claimed and given back. */
  inMemory: Halls<{ perSecond: number }>;
  goal: typeof goal;
}

/** A numbered pool of which every other seat is sold, here and there. */
class Hall {
  /** Seats that are free before the first claim. */
  readonly free: string[] = [];
  private readonly rows: SeatRow[];
  private readonly name = `bench-${v7()}`;
  private readonly held = new Map<number, string>();
  private readonly claims = new Map<number, number>();
  private readonly times: number[] = [];

  constructor(
    private readonly activities: Activities,
    private readonly seats: number,
  ) {
    this.rows = Array.from({ length: seats / seatsInRow }, (_, row) => ({
      row: `R${row}`,
      first: 1,
      last: seatsInRow,
    }));
  }

  async sellHalf(): Promise<void> {
    const price = { amount: 5_000, currency: 'EUR' };
    const sale = { name: this.name, title: this.name, promoter: 'bench', price, holdSeconds: 300 };
    const settings = { ...sale, capacity: this.seats, rows: this.rows, maxPerPurchase: together };
    assert.equal((await this.activities.createPool(settings)).status, 'done');
    const labels = this.rows.flatMap(({ row }) => Array.from({ length: seatsInRow }, (_, nth) => `${row}-${nth + 1}`));
    const sold: string[] = [];
    let dice = 1;
    for (const label of labels) {
      dice = (dice * 48_271) % 2_147_483_647;
      (dice % 1_000 < 500 ? sold : this.free).push(label);
    }
    const purchases = Array.from({ length: Math.ceil(sold.length / together) }, (_, nth) =>
      sold.slice(nth * together, (nth + 1) * together),
    );
    await Promise.all(
      purchases.map(async (seats) => {
        const purchaseId = await this.claim({ quantity: seats.length, seats });
        const payment = { purchaseId, pools: [this.name], paymentId: v7() };
        await this.activities.startPayment({ ...payment, method: 'creditCard' });
        const paid = await this.activities.confirm(payment);
        assert(paid.confirmed);
      }),
    );
  }

  /** One claim, timed; what this client had claimed before is given back, so that the hall stays half full. */
  async claimAnew(client: number, wishOf: (nth: number) => Wish): Promise<number> {
    const before = this.held.get(client);
    const nth = this.claims.get(client) ?? 0;
    this.claims.set(client, nth + 1);
    const wish = wishOf(nth);
    const began = performance.now();
    const purchaseId = await this.claim(wish);
    const took = performance.now() - began;
    this.held.set(client, purchaseId);
    if (before !== undefined) await this.giveBack(before);
    return took;
  }

  async giveAllBack(): Promise<void> {
    await Promise.all([...this.held.values()].map((purchaseId) => this.giveBack(purchaseId)));
    this.held.clear();
  }

  /** As it is stored. */
  async map(database: Database): Promise<SeatMap> {
    const [stored] = await seatsOfPools(database, [this.name]);
    return SeatMap.restore(this.rows, stored?.rows.map(({ statuses }) => statuses) ?? []);
  }

  took(times: readonly number[]): void {
    this.times.push(...times);
  }

  measured(seconds: number): Measure {
    return summary(this.times.splice(0), seconds);
  }

  private async claim(wish: Wish): Promise<string> {
    const purchaseId = v7();
    const items = [{ pool: this.name, ...wish }];
    const { reserved } = await this.activities.reserve({ purchaseId, customerId: purchaseId, items });
    assert(reserved);
    return purchaseId;
  }

  private giveBack(purchaseId: string): Promise<unknown> {
    return this.activities.release({ purchaseId, pools: [this.name], ending: { kind: 'expired' } });
  }
}

const ratioOf = (of500: { perSecond: number }, of50000: { perSecond: number }) => of50000.perSecond / of500.perSecond;

/** What a claim costs in a numbered pool of 50,000 seats, beside one of 500, both half full. */
export async function seatClaims({
  databaseUrl,
  seconds,
  say,
}: ScenarioOptions): Promise<{ figures: SeatsFigures; lines: string[] }> {
  const database = connect(databaseUrl, () => undefined);
  const committer = new GroupCommit(database, { ...commitOptions, inline: inlineProjections });
  const activities = activitiesOn(database, committer);
  const [small, large] = [new Hall(activities, 500), new Hall(activities, 50_000)];

  async function measure(wishOf: (hall: Hall, client: number, nth: number) => Wish): Promise<Halls<Measure>> {
    for (let turn = 0; turn < turns; turn += 1) {
      for (const hall of [small, large]) {
        const act = (client: number) => hall.claimAnew(client, (nth) => wishOf(hall, client, nth));
        hall.took(await closedLoop({ clients, warmUpSeconds, seconds: seconds / turns, act }));
        await hall.giveAllBack();
      }
    }
    const [of500, of50000] = [small.measured(seconds), large.measured(seconds)];
    return { of500, of50000, ratio: ratioOf(of500, of50000) };
  }

  try {
    say('a hall of 500 and one of 50,000, half of each sold…');
    await small.sellHalf();
    await large.sellHalf();
    const before = await statuses();
    say(`the best available seats, ${clients} clients…`);
    const best = await measure((_hall, _client, nth) => ({ quantity: 1 + (nth % 4), bestAvailable: true }));
    say(`seats by name, ${clients} clients…`);
    const named = await measure(({ free }, client, nth) => {
      // Each client has seats of its own to ask for: every one of its wishes can be had.
      const pairs = Math.floor(free.length / clients / 2);
      const first = 2 * (client + clients * (nth % pairs));
      return { quantity: 2, seats: free.slice(first, first + 2) };
    });
    assert.deepEqual(await statuses(), before);
    assert.equal((await verifySeatRows(database)).differing, 0);
    say('the map of seats alone…');
    const inMemory = memory(await small.map(database), await large.map(database));
    const line = ({ of500, of50000, ratio }: Halls<Measure>) =>
      `${of50000.perSecond.toFixed(0)} claims/s of 50,000 (p50 ${of50000.p50.toFixed(1)} ms), ${of500.perSecond.toFixed(0)}/s of 500 (p50 ${of500.p50.toFixed(1)} ms); ratio ${ratio.toFixed(2)} (goal ${goal.ratio})`;
    const lines = [
      `best available seats, half sold: ${line(best)}`,
      `  seats by name: ${line(named)}`,
      `  the map of seats alone: ${(1_000_000 / inMemory.of50000.perSecond).toFixed(0)} µs of 50,000, ${(1_000_000 / inMemory.of500.perSecond).toFixed(0)} µs of 500; ratio ${inMemory.ratio.toFixed(2)}`,
    ];
    return { figures: { best, named, inMemory, goal }, lines };
  } finally {
    await committer.idle();
    await database.end();
  }

  async function statuses() {
    return [(await small.map(database)).statuses(), (await large.map(database)).statuses()];
  }
}

function memory(small: SeatMap, large: SeatMap): SeatsFigures['inMemory'] {
  const claimsOf = (hall: SeatMap) => {
    const began = process.cpuUsage();
    let map = hall;
    for (let nth = 0; nth < claimsInMemory; nth += 1) {
      const seats = map.best(1 + (nth % 4));
      assert(seats);
      map = map.with(seats, 'claimed').with(seats, 'available');
    }
    assert.deepEqual(map.statuses(), hall.statuses());
    return { perSecond: (claimsInMemory * 1_000_000) / process.cpuUsage(began).user };
  };
  claimsOf(small);
  const [of500, of50000] = [claimsOf(small), claimsOf(large)];
  return { of500, of50000, ratio: ratioOf(of500, of50000) };
}
