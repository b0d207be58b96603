import { SeatMap } from '../../src/domain';
import { purchasesById, seatsOfPools, verifyAvailability, verifySeatRows } from '../../src/projections';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf } from '../support/box-office';
import { oneTo } from '../support/event-store';
import { testSeed } from '../support/random';
import { expectFairRace, fiftySeats, type Given, type Wish, wishesOf } from '../support/seat-race';

const buyers = 200;

describe('a race for fifty numbered seats', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
  });
  afterAll(() => boxOffice.close());

  const newPool = (ledger: Ledger) => onSale(ledger, { capacity: 50, rows: fiftySeats });
  const mapOf = async ({ database }: Ledger, pool: string) => {
    const [seats] = await seatsOfPools(database, [pool]);
    return SeatMap.restore(fiftySeats, seats?.rows.map(({ statuses }) => statuses) ?? []);
  };

  async function wishIt(ledger: Ledger, pool: string, wish: Wish) {
    const { activities, database } = ledger;
    const quantity = 'seats' in wish ? wish.seats.length : wish.quantity;
    const line = 'seats' in wish ? { seats: [...wish.seats] } : { bestAvailable: true };
    const purchase = { ...purchaseOf(pool), items: [{ pool, quantity, ...line }] };
    const answer = await activities.reserve(purchase);
    const pay = () => paid(ledger, purchase);
    const given = async (): Promise<Given> => {
      if (answer.reserved) {
        const [view] = await purchasesById(database, [purchase.purchaseId]);
        return { seats: view?.items.flatMap(({ tickets = [] }) => tickets.map(({ seat }) => seat ?? '')) ?? [] };
      }
      const { refusal } = answer;
      if (refusal.slug === 'seat-unavailable') return { slug: refusal.slug, unavailable: refusal.seats };
      if (refusal.slug === 'insufficient-inventory') return { slug: refusal.slug, available: refusal.available };
      throw new Error(`refused with ${refusal.slug}`);
    };
    return { given: await given(), pay };
  }

  it.each([1, 2, 3])(`by ${buyers} is fair where %i processes sell (seed ${testSeed()})`, async (processes) => {
    const ledgers = oneTo(processes).map(() => boxOffice.another());
    const ledgerOf = (nth: number) => ledgers[nth % processes] as Ledger;
    const pool = await newPool(ledgerOf(0));
    const wishes = wishesOf(buyers);
    const answers = await Promise.all(wishes.map((wish, nth) => wishIt(ledgerOf(nth), pool, wish)));
    const given = answers.map((answer) => answer.given);
    const winners = answers.filter((answer) => 'seats' in answer.given);
    for (const status of ['claimed', 'sold'] as const) {
      const map = await mapOf(ledgerOf(0), pool);
      expectFairRace(wishes, given, (seat) => map.statusOf(seat));
      const statuses = given.flatMap((each) => ('seats' in each ? each.seats.map((seat) => map.statusOf(seat)) : []));
      expect(new Set(statuses)).toEqual(new Set([status]));
      if (status === 'claimed') await Promise.all(winners.map(({ pay }) => pay()));
    }
    for (const verify of [verifyAvailability, verifySeatRows]) {
      expect((await verify(ledgerOf(0).database)).shown).toEqual([]);
    }
  });
});
