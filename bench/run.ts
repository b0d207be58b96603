import { machine } from './machine';
import { type PurchaseFigures, purchases } from './purchases';
import { type ReservationFigures, reservations } from './reservations';
import { Cleanup, startServers } from './stack';

/** `npm run bench [-- purchases | reservations] [--json] [--seconds N]`: measures, checks what it measured, prints ratios. */
const scenarios = ['purchases', 'reservations'] as const;
const usualSeconds = 10;

interface Figures {
  machine: string;
  seconds: number;
  purchases?: PurchaseFigures[];
  reservations?: ReservationFigures;
}

const round = (value: number, digits = 1) => value.toFixed(digits);

function table(figures: Figures): string[] {
  const lines = [`machine: ${figures.machine}; ${figures.seconds} s a measurement`];
  for (const { buyers, boxoffice, bare, ratio, ratios, goal } of figures.purchases ?? []) {
    const { confirmed, reserved } = boxoffice;
    lines.push(
      `${buyers} buyers: ${round(confirmed.perSecond)} purchases/s from request to confirmed; reserved answer p50 ${round(reserved.p50)} ms, p99 ${round(reserved.p99)} ms`,
      `  bare workflow: ${round(bare.confirmed.perSecond)}/s, p50 ${round(bare.reserved.p50)} ms, p99 ${round(bare.reserved.p99)} ms; ratio ${round(ratio, 2)}, by turns ${ratios.map((each) => round(each, 2)).join(', ')} (goal ${goal.ratio})`,
    );
  }
  if (figures.reservations) {
    const { groupCommit, readThenAppend, ratio, goal } = figures.reservations;
    lines.push(
      `one hot pool: ${round(groupCommit.perSecond, 0)} reservations/s, p50 ${round(groupCommit.p50)} ms, p99 ${round(groupCommit.p99)} ms (goal ${goal.perSecond}/s, p99 under ${goal.p99Milliseconds} ms)`,
      `  read-then-append by 16 writers: ${round(readThenAppend.perSecond, 0)}/s, ${round(readThenAppend.conflictsPerSuccess)} conflicts per success; ratio ${round(ratio, 0)}`,
    );
  }
  return lines;
}

async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const secondsAt = args.indexOf('--seconds');
  const seconds = secondsAt < 0 ? usualSeconds : Number(args[secondsAt + 1]);
  const named = args.filter((each, index) => !each.startsWith('--') && (secondsAt < 0 || index !== secondsAt + 1));
  const unknown = named.find((each) => !scenarios.some((known) => known === each));
  if (unknown !== undefined || !(seconds > 0)) {
    throw new Error(`say: npm run bench -- [${scenarios.join(' | ')}] [--json] [--seconds N]`);
  }
  const wanted = (scenario: string) => named.length === 0 || named.includes(scenario);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const cleanup = new Cleanup();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanup.run().then(() => process.exit(1)));
  }
  const figures: Figures = { machine: machine(), seconds };
  try {
    say('starting Postgres and Temporal…');
    const servers = await startServers(cleanup, say);
    const { databaseUrl } = servers;
    if (wanted('reservations')) figures.reservations = await reservations({ databaseUrl, seconds, say });
    if (wanted('purchases')) figures.purchases = await purchases({ servers, cleanup, seconds, say });
  } finally {
    await cleanup.run();
  }
  process.stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : `${table(figures).join('\n')}\n`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
