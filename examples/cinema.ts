import { crowd, expectThat, inDays, inWords, type Money, newName, ok, refused, type Stage } from './box-office';

const rows = 8;
const seatsInRow = 10;
const price = { amount: 1_250, currency: 'EUR' };
const atOnce = 10;
const films = [
  { film: 'matinee', hour: 15 },
  { film: 'feature', hour: 18 },
  { film: 'late-show', hour: 21 },
];

/** A cinema: three films a day in one hall, every seat at one price, sold online and never refunded. */
export async function cinema({ office, say }: Stage): Promise<void> {
  const venue = newName('Odeon hall 1, week');
  const program = films.map(({ film, hour }) => ({ name: newName(film), startsAt: inDays(3, hour) }));
  /** Two hours of film and commercials, half an hour to clean. */
  const show = (name: string, startsAt: string) => ({
    name,
    title: name,
    venue,
    startsAt,
    durationMinutes: 120,
    turnaroundMinutes: 30,
    refundPolicy: 'none',
    sections: [{ name: 'hall', rows: rowsOfHall(), price }],
  });

  for (const { name, startsAt } of program) {
    ok(await office.promoter('/v1/shows', show(name, startsAt)));
    ok(await office.promoter(`/v1/shows/${name}/publish`, {}));
    ok(await office.promoter(`/v1/shows/${name}/open`, {}));
  }
  say(
    `${venue}: ${program.map(({ name }) => name).join(', ')}, ${rows * seatsInRow} seats each, ${inWords(price)} a seat.`,
  );

  const tooEarly = show(newName('trailers'), inDays(3, 17));
  const occupied = refused(await office.promoter('/v1/shows', tooEarly), 'venue-occupied');
  say(`A fourth film at 17:00 is refused: the hall is taken by ${occupied.show} until ${occupied.until}.`);

  for (const { name } of program) await sellEverySeat({ office, say }, name);

  const soon = {
    ...show(newName('preview'), new Date(Date.now() + 20 * 3_600_000).toISOString()),
    venue: `${venue} b`,
  };
  ok(await office.promoter('/v1/shows', soon));
  ok(await office.promoter(`/v1/shows/${soon.name}/publish`, {}));
  const late = await office.promoter(`/v1/shows/${soon.name}/cancel`, { reason: 'the projector is broken' });
  refused(late, 'too-close-to-start');
  say('Within a day of its start a film cannot be cancelled any more.');
}

async function sellEverySeat({ office, say }: Stage, show: string): Promise<void> {
  const pool = `${show}--hall`;
  // Every seat is wanted by two customers.
  const seats = rowsOfHall().flatMap(({ row, last }) => Array.from({ length: last }, (_, nth) => `${row}-${nth + 1}`));
  const answers = await crowd([...seats, ...seats], atOnce, async (seat) => {
    return office.sell(`guest-of-${seat}`, [{ pool, seats: [seat] }]);
  });
  const sold = answers.filter(({ status }) => status === 200);
  for (const late of answers.filter((answer) => !sold.includes(answer))) refused(late, lastWord(late.body));
  expectThat(sold.length === seats.length, 'every seat is sold once', sold.length);
  const map = ok(await office.read(`/v1/pools/${pool}/seats`)) as { rows: { seats: { status: string }[] }[] };
  const statuses = map.rows.flatMap((row) => row.seats.map(({ status }) => status));
  expectThat(
    statuses.every((status) => status === 'sold'),
    'the seat map is full',
    map,
  );
  const numbers = ok(await office.promoter(`/v1/analytics/shows/${show}`)) as {
    totals: { revenue: Money };
  };
  expectThat(numbers.totals.revenue.amount === seats.length * price.amount, 'no cent is missing', numbers);
  say(
    `${show}: ${sold.length} seats sold, ${answers.length - sold.length} wishes came too late, ${inWords(numbers.totals.revenue)}.`,
  );
}

/** Who comes for a taken seat hears so; where the hall is full, that none is left. */
const lastWord = ({ type }: Record<string, unknown>) =>
  type === '/problems/insufficient-inventory' ? 'insufficient-inventory' : 'seat-unavailable';

function rowsOfHall() {
  return Array.from({ length: rows }, (_, nth) => ({ row: String.fromCharCode(65 + nth), first: 1, last: seatsInRow }));
}
